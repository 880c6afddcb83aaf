"""Foreign keys are written as strings, which the import contracts do not see: they obey the same order of rooms."""

import tomllib
from pathlib import Path

from django.apps import apps

TOP = Path(__file__).parents[2]


def floors() -> dict[str, int]:
    """The number of each room's layer, from the top."""
    contracts = tomllib.loads((TOP / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["id"] == "layers")
    return {room.strip(" ()"): floor for floor, layer in enumerate(layers) for room in layer.split("|")}


def room_of(model: type) -> str:
    return model.__module__.split(".")[1]


def test_a_model_points_only_to_its_own_room_or_one_below() -> None:
    floor = floors()
    ours = [model for model in apps.get_models() if model.__module__.startswith("crossfoot.")]
    wrong = [
        f"{model.__module__}.{model.__name__}.{field.name} points to {field.related_model.__module__}"
        for model in ours
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created and field.related_model in ours
        if room_of(model) != room_of(field.related_model)
        and floor[room_of(model)] >= floor[room_of(field.related_model)]
    ]
    assert ours
    assert wrong == []
