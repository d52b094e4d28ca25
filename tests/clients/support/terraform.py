"""OpenTofu with the huaweicloud provider, both as their makers publish them, in a folder of their own."""

import json
import os
import platform
import shutil
from pathlib import Path

from support.go import program, run

CONFIGURATION = Path(__file__).parents[1] / "terraform" / "streams.tf"
# Where OpenTofu looks for a provider that comes from a folder: HOST/NAMESPACE/TYPE/VERSION/PLATFORM.
PROVIDER = "tidemill.test/huaweicloud/huaweicloud/1.60.1"
MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}


class Terraform:
    """One configuration with its state; `variables` are its variables, which a test may change."""

    def __init__(self, folder, **variables):
        self.folder, self.variables = folder, variables
        providers = folder / "providers"
        place = providers / PROVIDER / f"linux_{MACHINES[platform.machine()]}"
        place.mkdir(parents=True)
        os.symlink(program("terraform-provider-huaweicloud"), place / "terraform-provider-huaweicloud")
        shutil.copy(CONFIGURATION, folder)
        (folder / "tofu.rc").write_text(
            f'provider_installation {{\n  filesystem_mirror {{ path = "{providers}" }}\n}}\n'
        )
        self.succeeds("init")

    def run(self, *arguments):
        """Runs a command of OpenTofu and returns the finished process."""
        environment = {
            "TF_CLI_CONFIG_FILE": str(self.folder / "tofu.rc"),
            "TF_IN_AUTOMATION": "1",
            "CHECKPOINT_DISABLE": "1",
        }
        for name, value in self.variables.items():
            environment[f"TF_VAR_{name}"] = value if isinstance(value, str) else json.dumps(value)
        return run([program("tofu"), *arguments], self.folder, environment)

    def succeeds(self, *arguments):
        """Runs a command that must succeed and returns what it said."""
        ended = self.run(*arguments)
        assert ended.returncode == 0, ended.stdout
        return ended.stdout

    def apply(self):
        """Makes the server what the configuration says and returns the resources as they are then, by name."""
        self.succeeds("apply", "-auto-approve", "-input=false")
        state = json.loads(self.succeeds("show", "-json"))
        return {resource["name"]: resource["values"] for resource in state["values"]["root_module"]["resources"]}

    def difference(self):
        """What a plan, which reads everything back from the server, would change: nothing is an empty text."""
        ended = self.run("plan", "-detailed-exitcode", "-input=false")
        assert ended.returncode in (0, 2), ended.stdout
        return ended.stdout if ended.returncode else ""

    def destroy(self):
        """Takes everything away again."""
        self.succeeds("destroy", "-auto-approve", "-input=false")
