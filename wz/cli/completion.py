"""`wz completion`: the script that lets a shell complete commands, options, case ids and units."""

import click
from click.shell_completion import CompletionItem, ShellComplete, add_completion_class, get_completion_class

from wz.i18n import _

_POWERSHELL = """\
Register-ArgumentCompleter -Native -CommandName %(prog_name)s -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $env:COMP_WORDS = $commandAst.ToString()
    $env:COMP_WORD = $wordToComplete
    $env:%(complete_var)s = "powershell_complete"
    try {
        %(prog_name)s | ForEach-Object {
            $value, $help = $_ -split "`t", 2
            if (-not $help) { $help = $value }
            [System.Management.Automation.CompletionResult]::new($value, $value, "ParameterValue", $help)
        }
    } finally {
        Remove-Item Env:COMP_WORDS, Env:COMP_WORD, Env:%(complete_var)s
    }
}
"""


class PowerShell(ShellComplete):
    """PowerShell 5 and 7: the words typed come in COMP_WORDS, the one under the cursor in COMP_WORD.

    Older clicks have none of their own, newer ones another: the script and this class belong together.
    """

    name = "powershell"
    source_template = _POWERSHELL

    def get_completion_args(self) -> tuple[list[str], str]:
        import os

        from click.shell_completion import split_arg_string

        words = split_arg_string(os.environ["COMP_WORDS"])
        incomplete = os.environ.get("COMP_WORD", "")
        arguments = words[1:]
        if incomplete and arguments and arguments[-1] == incomplete:
            arguments.pop()
        return arguments, incomplete

    def format_completion(self, item: CompletionItem) -> str:
        return f"{item.value}\t{item.help or ''}".rstrip("\t")


@click.command(
    help=_("Print the completion script of a shell: commands, options, case ids, units.")
    + "\n\n\b\n"
    + _("Example:")
    + '\n  eval "$(wz completion bash)"        # ~/.bashrc'
    + '\n  eval "$(wz completion zsh)"         # ~/.zshrc'
    + "\n  wz completion fish > ~/.config/fish/completions/wz.fish"
    + "\n  wz completion powershell | Out-String | Invoke-Expression"
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish", "powershell"]))
def completion(shell: str) -> None:
    from wz.cli.main import COMPLETING, wz

    registered()
    found = get_completion_class(shell)
    assert found is not None
    click.echo(found(wz, {}, "wz", COMPLETING).source())


def registered() -> None:
    """Let click know PowerShell as it is here."""
    add_completion_class(PowerShell)
