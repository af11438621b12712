"""Training the matching model on this site's own records."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from sync.bootstrap import Service
from sync.cli.shell import AsJson, guarded, open_service, out, print_json, say
from sync.console.training import moves_table, training_document, verdict
from sync.core.text import Text
from sync.jobs.train_matching import Training, forget_training, train_matching

app = typer.Typer()


@app.command("train", epilog="Example: leadsync people train --plan")
@guarded
def people_train(
    plan: Annotated[bool, typer.Option("--plan", help="Only show what would count more or less.")] = False,
    reset: Annotated[bool, typer.Option("--reset", help="Go back to the shipped model.")] = False,
    json_: AsJson = False,
) -> int:
    """Train the matching model on this site's own records; takes minutes. No labels needed, 300,000 records are."""
    with open_service(need_connector=False) as service:
        language, path = service.settings.language, service.site_model.path
        if not (json_ or reset):
            say(Text("Reading all records and learning from them …", "全レコードを読み込み、学習しています…"), language)
        training = forget_training(service.store, service.site_model, plan) if reset else _train(service, plan)
        if json_:
            print_json(training_document(training, path, language))
        else:
            if training.moves:
                out.print(moves_table(training.moves, language))
            say(verdict(training, path, plan), language)
        return 0 if training.accepted else 1


def _train(service: Service, plan: bool) -> Training:
    today = datetime.fromtimestamp(service.clock(), service.settings.zone).date()
    return train_matching(service.store, service.trainer, service.site_model, today, plan)
