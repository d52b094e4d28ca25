"""Rules about the tree: which crate may use which, licences, file lengths, allowances, left-overs.

Run by scripts/tidy.sh from the root of the project. Prints one line for each breach and exits 1 if there is one.
"""

import json
import re
import statistics
import subprocess
import sys
import tomllib
from pathlib import Path

# Crates of ours by storey: a crate may use only crates of lower storeys, except in its tests.
STOREYS = [
    {"tidemill-model"},
    {"tidemill-log", "tidemill-meta", "tidemill-api", "tidemill-bucket", "tidemill-vision"},
    {"tidemill-iam", "tidemill-stream", "tidemill-objects", "tidemill-embedding"},
    {"tidemill-dump", "tidemill-notify", "tidemill-dataset"},
    {"tidemill-processing"},
    {"tidemill-http"},
    {"tidemill", "tidemill-bench"},
]

# What fences off a heavy dependency: only these crates may name it.
FENCES = {
    "axum": {"tidemill-http"},
    "tokio-rustls": {"tidemill-http"},
    "quick-xml": {"tidemill-http", "tidemill", "tidemill-vision"},
    "datafusion": {"tidemill-processing"},
    "tract-onnx": {"tidemill-embedding"},
    "image": {"tidemill-vision"},
    "turbojpeg": {"tidemill-vision", "tidemill-bench"},
    "hyper": {"tidemill-http", "tidemill-bench"},
    "sqlx": {"tidemill-meta"},
    "clap": {"tidemill", "tidemill-bench"},
    "indicatif": {"tidemill"},
    "ureq": {"tidemill", "tidemill-notify"},
    "anyhow": {"tidemill", "tidemill-bench"},
}

LICENCES = {
    "0BSD", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0",
    "CC0-1.0", "CDLA-Permissive-2.0", "IJG", "ISC", "MIT", "MIT-0", "Unicode-3.0", "Unlicense", "Zlib",
}  # fmt: skip

LINES_MEDIAN_MAX = 120
LINES_P90_MAX = 350
LINES_MAX = 600

breaches = []


def breach(where, what):
    breaches.append(f"{where}: {what}")


def metadata():
    command = ["cargo", "metadata", "--format-version", "1", "--locked"]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def check_arrows(ours):
    """Our crates use only what lies below them."""
    storey = {name: level for level, names in enumerate(STOREYS) for name in names}
    for package in ours:
        name = package["name"]
        if name not in storey:
            breach(package["manifest_path"], f"scripts/tidy.py does not say on which storey {name} stands")
            continue
        for dependency in package["dependencies"]:
            used = dependency["name"]
            if dependency["kind"] != "dev" and storey.get(used, -1) >= storey[name]:
                breach(name, f"uses {used}, which does not lie below it")


def check_fences(ours):
    """Heavy dependencies stay behind the crate that fences them off."""
    for package in ours:
        for dependency in package["dependencies"]:
            allowed = FENCES.get(dependency["name"])
            if allowed and package["name"] not in allowed and dependency["kind"] != "dev":
                breach(package["name"], f"uses {dependency['name']}, which belongs to {', '.join(sorted(allowed))}")


def check_licences(packages):
    """Every dependency may be used under a permissive licence."""
    for package in packages:
        expression = (package["license"] or "").replace("/", " OR ")
        for alternatives in re.sub(r"[()]", " ", expression).split(" AND "):
            if not any(part.strip() in LICENCES for part in alternatives.split(" OR ")):
                breach(f"{package['name']} {package['version']}", f"licence {package['license']!r}")


def check_reasons():
    """Every dependency of the workspace says why it is in."""
    manifest = Path("Cargo.toml").read_text()
    section = manifest.split("[workspace.dependencies]", 1)[1].split("\n[", 1)[0]
    for line in section.splitlines():
        if "=" in line and not line.startswith("#") and "path =" not in line and "#" not in line:
            breach("Cargo.toml", f"no reason behind: {line}")
    names = tomllib.loads(manifest)["workspace"]["dependencies"]
    used = "\n".join(path.read_text() for path in Path(".").glob("*/**/Cargo.toml"))
    for name in names:
        if not re.search(rf"^{re.escape(name)}(\.workspace|\s*=)", used, re.M):
            breach("Cargo.toml", f"{name} is used by no crate")


def source_files():
    """Tracked Rust files, with their text."""
    listed = subprocess.run(["git", "ls-files", "*.rs"], check=True, capture_output=True, text=True).stdout
    return [(path, Path(path).read_text()) for path in listed.split() if Path(path).exists()]


def is_test(path):
    return "/tests/" in path or path.endswith("/tests.rs")


def without_tests(text):
    """The file without its test module, which stands last."""
    return text.split("#[cfg(test)]\nmod ", 1)[0]


def check_lengths(files):
    """Short files: by median, by the ninth tenth, and none beyond 600 lines without a reason at its top."""
    lengths = []
    for path, text in files:
        if is_test(path):
            continue
        count = without_tests(text).count("\n")
        lengths.append(count)
        if count > LINES_MAX and "// Long because" not in text[:2000]:
            breach(path, f"{count} lines; at most {LINES_MAX}, or a line '// Long because ...' near its top")
    lengths.sort()
    median, p90 = statistics.median(lengths), lengths[len(lengths) * 9 // 10]
    print(f"{len(lengths)} source files: median {median:.0f} lines, nine tenths below {p90}, longest {lengths[-1]}")
    if median > LINES_MEDIAN_MAX:
        breach("source files", f"median {median} lines; at most {LINES_MEDIAN_MAX}")
    if p90 > LINES_P90_MAX:
        breach("source files", f"a tenth is longer than {p90} lines; at most {LINES_P90_MAX}")


ALLOWANCE = re.compile(r"#!?\[(?:allow|expect)\(([^)]*)\)\]")
# Ignored tests that scripts/test.sh runs where it may mount are not left over.
LEFT_OVER = re.compile(r"\bif (true|false) \{$|(&&|\|\|) (true|false)\b|\b(todo!|unimplemented!|dbg!|TODO|FIXME|XXX|HACK)\b|#\[ignore(?! = \"mounts a file system\")")
SQL = re.compile(r"\"\s*(?:SELECT\s|INSERT\s+INTO|DELETE\s+FROM|UPDATE\s+\w+\s+SET|CREATE\s+TABLE)")


def check_lines(files):
    """Allowances have a reason beside them; nothing is left over; SQL stays in tidemill-meta."""
    for path, text in files:
        lines = text.splitlines()
        for number, line in enumerate(lines, 1):
            where = f"{path}:{number}"
            if allowance := ALLOWANCE.search(line):
                before = lines[number - 2].strip() if number > 1 else ""
                reasoned = "reason" in line or "//" in line[allowance.end() :] or before.startswith("//")
                if "dead_code" in allowance[1] or "unused" in allowance[1]:
                    breach(where, f"allows {allowance[1]}: remove the code instead")
                elif not reasoned:
                    breach(where, f"allows {allowance[1]} without a reason beside it")
            if LEFT_OVER.search(line):
                breach(where, f"left over: {line.strip()}")
        if "datafusion" in text and not path.startswith("crates/tidemill-processing/src/engine/"):
            breach(path, "DataFusion belongs to tidemill-processing/src/engine")
        if "tidemill-meta" not in path and not is_test(path):
            for found in SQL.finditer(without_tests(text)):
                breach(f"{path}:{text[: found.start()].count(chr(10)) + 1}", "SQL belongs to tidemill-meta")


def main():
    tree = metadata()
    members = set(tree["workspace_members"])
    ours = [package for package in tree["packages"] if package["id"] in members]
    check_arrows(ours)
    check_fences(ours)
    check_licences([package for package in tree["packages"] if package["id"] not in members])
    check_reasons()
    files = source_files()
    check_lengths(files)
    check_lines(files)
    print("\n".join(breaches) or "tidy")
    sys.exit(1 if breaches else 0)


main()
