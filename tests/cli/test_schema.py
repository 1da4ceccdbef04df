"""`bailiwick schema` prints what the server answers, and tells a kept copy that has grown old."""

from click.testing import CliRunner

from app.cli.schema import schema


def test_what_is_printed_passes_the_check_and_anything_else_is_told(tmp_path):
    kept = tmp_path / "schema.graphql"
    printed = CliRunner().invoke(schema).stdout
    assert "type Query {" in printed

    kept.write_text(printed)
    assert CliRunner().invoke(schema, ["--check", str(kept)]).exit_code == 0

    kept.write_text(printed.replace("type Query {", "type Query {\n  gone: Int"))
    result = CliRunner().invoke(schema, ["--check", str(kept)])
    assert result.exit_code == 1
    assert "-  gone: Int" in result.stdout
    assert "run `make schema`" in result.stderr

    kept.write_bytes(b"\xff\x00")
    result = CliRunner().invoke(schema, ["--check", str(kept)])
    assert (result.exit_code, result.output) == (1, f"Error: `{kept}` is not a text file\n")
