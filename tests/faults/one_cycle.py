"""A process that runs one cycle from its environment and may be killed at any moment."""

import os
import sys

from config.settings import load_settings
from sync import bootstrap
from sync.jobs.cycle import Order

if __name__ == "__main__":
    sys.path.insert(0, os.environ["ACCOUNTS"])
    from accounts import Quiet

    known = {name: value for name, value in os.environ.items() if name.startswith("LEADSYNC_")}
    service = bootstrap.open_service(load_settings(known, env_file=None))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    service.cycle(Order(write=True), Quiet())
