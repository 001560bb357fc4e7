"""placeholder"""
from enum import Enum
class CellFault(Enum):
    FORMULA=1
    ERROR=2
    MERGED=3
