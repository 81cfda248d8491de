"""Write down anew what each kept text is read as: what changed, the version control tells."""

from tests.core.kept.files import kept, write
from tests.core.kept.readers import READERS

if __name__ == "__main__":
    for name, reader in READERS.items():
        write(name, {text: reader(text) for text in kept(name)})
