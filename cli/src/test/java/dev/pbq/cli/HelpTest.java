package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pbq.core.quant.Methods;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What teaches: help, version, completion; and that they load no engine. */
class HelpTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "quantize",
        "eval-ppl",
        "eval-tasks",
        "eval-kl",
        "eval-classify",
        "compare",
        "inspect",
        "profile",
        "search",
        "train",
        "tune",
        "export",
        "generate",
        "chat",
        "tokenize",
        "pull",
        "demo"
      })
  void everyCommandExplainsItself(String command) {
    Cli.Result result = Cli.run(command, "--help");
    assertThat(result.code()).isZero();
    assertThat(result.out()).contains("Usage: pbq " + command).contains("--threads");
  }

  @Test
  void theProgramListsCommandsAndExitCodes() {
    Cli.Result result = Cli.run("--help");
    assertThat(result.code()).isZero();
    assertThat(result.out())
        .contains("quantize", "eval-ppl", "eval-tasks", "compare", "demo", "Exit codes:", "130");
  }

  @Test
  void everyMethodIsNamedInTheHelpOfQuantize() {
    String help = Cli.run("quantize", "--help").out();
    assertThat(Methods.load().methods())
        .hasSizeGreaterThanOrEqualTo(8)
        .allSatisfy(method -> assertThat(help).contains(method.name()));
  }

  @Test
  void completionIsAScriptForTheShell() {
    Cli.Result result = Cli.run("generate-completion");
    assertThat(result.code()).isZero();
    assertThat(result.out()).contains("complete -F", "--low-frac");
  }

  @Test
  void inspectLoadsNoEngine() throws IOException, InterruptedException {
    List<String> command = OwnProcess.command("inspect", "tiny");
    command.add(1, "-verbose:class");
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output).contains("dev.pbq.cli.command.InspectCommand");
    assertThat(output.lines())
        .noneMatch(line -> line.contains(" ai.djl.") || line.contains(" org.nd4j."))
        .noneMatch(line -> line.contains(" org.bytedeco."));
  }
}
