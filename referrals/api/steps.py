"""One operation per step, made from the machine's declaration: a new step needs no new view."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.selectors import find_team, find_user
from core.api import IF_MATCH
from core.errors import Invalid
from referrals.api.inputs import serializer_of_step
from referrals.pathway import Step
from referrals.services.steps import StepDetails

STEP_PROBLEMS = {"403", "404", "409"}


def details_from(data: dict[str, Any]) -> StepDetails:
    """Return what was said with a step, its ids turned into rows.

    :raises Invalid: if an id is nobody's.
    """
    said = dict(data)
    for name, find in (("to_team", find_team), ("owner", find_user)):
        if name in said:
            row = find(said[name])
            if row is None:
                raise Invalid({name: ["There is none with this id."]})
            said[name] = row
    return StepDetails(**said)


def with_steps(
    *, steps: dict[str, Step], machine: str, output: type, take: str
) -> Callable[[type[GenericViewSet]], type[GenericViewSet]]:
    """Give a viewset one POST operation for each step of its machine; each calls the viewset's `take` method."""

    def add(viewset: type[GenericViewSet]) -> type[GenericViewSet]:
        problem_codes = dict(getattr(viewset, "problem_codes", {}))
        for step in steps.values():
            name = step.name
            if "system" in step.rules.by:
                continue  # a clock takes it, nobody asks for it
            setattr(viewset, name, _operation(step, machine=machine, output=output, take=take))
            problem_codes[name] = STEP_PROBLEMS
        viewset.problem_codes = problem_codes  # type: ignore[attr-defined]
        return viewset

    return add


def _operation(step: Step, *, machine: str, output: type, take: str) -> Any:
    serializer = serializer_of_step(step, machine=machine)

    def operation(self: Any, request: Request, reference: str) -> Response:
        form = serializer(data=request.data)
        form.is_valid(raise_exception=True)
        response: Response = getattr(self, take)(request, reference, step.name, details_from(form.validated_data))
        return response

    operation.__name__ = step.name
    operation.__doc__ = (
        f"{step.rules.label}: from {', '.join(step.sources)} to {step.target}. "
        f"For: {', '.join(sorted(role.label.lower() for role in step.rules.by))}."
    )
    # In this order: `action` would forget a schema that was given before it.
    taken = action(detail=True, methods=["post"], url_path=step.name.replace("_", "-"), url_name=step.name)(operation)
    return extend_schema(request=serializer, responses=output, parameters=[IF_MATCH])(taken)
