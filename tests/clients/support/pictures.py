"""Pictures of the development set as objects: chosen by folder, uploaded with boto3."""

from support import images, objects


def of(folder, most=None, *, boxes=False):
    """Pictures of a folder by their path in it, spread over it; with their label files if wanted."""
    root = images.folder() / folder
    found = sorted(root.rglob("*.jpg"))
    step = max(1, len(found) // (most or len(found)))
    chosen = found[::step][:most]
    if boxes:
        chosen += [path.with_suffix(".xml") for path in chosen]
    return {str(path.relative_to(root)): path.read_bytes() for path in chosen}


def upload(server, bucket, files, prefix="in/"):
    """Puts the files below the prefix."""
    client = objects.s3(server)
    for key, body in files.items():
        client.put_object(Bucket=bucket, Key=prefix + key, Body=body)
