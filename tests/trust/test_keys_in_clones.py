"""The cases' keys in several clones: they come along with a sync, and what was forgotten opens for nobody."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.trust.clones import git
from tests.trust.conftest import Clone
