"""Every file of a collection of difficult ones is opened, or refused in one sentence, in little time and memory."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

OPENED_BY_US = {"JPEG", "MPO", "PNG", "TIFF", "WEBP", "AVIF"}

# In a process of its own, so that its largest memory is that of decoding and a crash is a failure, not the end.
SCRIPT = """
import json, re, resource, sys, time
from pathlib import Path
from pie_desktop.errors import DecodeError
from pie_desktop.imaging.decode import load_photo, load_thumbnail, probe

for line in sys.stdin:
    path, answer = Path(line.rstrip("\\n")), {}
    started = time.monotonic()
    try:
        picture = load_photo(path)
        answer["shape"], answer["dtype"] = picture.shape, str(picture.dtype)
        answer["probed"] = [probe(path).height, probe(path).width]
        answer["thumbnail"] = load_thumbnail(path, 64).shape
    except DecodeError as error:
        answer["refused"] = str(error)
    answer["seconds"] = time.monotonic() - started
    print(json.dumps(answer), flush=True)
status = Path("/proc/self/status")
if status.exists():
    # ru_maxrss counts the test process too, of which this one was forked
    peak = int(re.search(r"VmHWM:\\s*(\\d+)", status.read_text())[1]) * 1024
else:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"peak": peak}))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="measures memory the POSIX way")
def test_difficult_files(shared_data: Path) -> None:
    assets = shared_data / "assets"
    with (assets / "manifest.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    paths = "".join(f"{assets / row['file']}\n" for row in rows)
    command = [sys.executable, "-c", SCRIPT]
    done = subprocess.run(command, input=paths, capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    *answers, last = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(rows)
    assert last["peak"] < 2e9
    for row, answer in zip(rows, answers, strict=True):
        assert answer["seconds"] < 10, row["file"]
        words = (row["pillow"] or "").split()
        readable = words[:1] == ["ok"] and words[1] in OPENED_BY_US
        if "refused" in answer:
            assert not readable, (row["file"], answer)
            assert answer["refused"].endswith(".") and Path(row["file"]).name in answer["refused"], row["file"]
        else:
            assert answer["shape"][2] == 3 and answer["dtype"] in ("uint8", "uint16"), row["file"]
            assert answer["probed"] == answer["shape"][:2], row["file"]
            assert max(answer["thumbnail"]) <= 64, row["file"]
