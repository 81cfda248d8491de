"""Write down anew what each kept text is read as: what changed, the version control tells."""

import asyncio

from tests.core.kept.calls import read_calls
from tests.core.kept.files import kept, write
from tests.core.kept.readers import READERS

if __name__ == "__main__":
    for name, reader in READERS.items():
        write(name, {text: reader(text) for text in kept(name)})
    write("calls", asyncio.run(read_calls(kept("calls"))))
