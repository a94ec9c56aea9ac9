package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What a mistyped command is answered. */
class MistypedCommandsTest {
  private static String answer(Object... words) {
    Cli.Result result = Cli.run(words);
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).hasLineCount(1);
    return result.err();
  }

  @Test
  void theNearestIsNamed() {
    assertThat(answer("quantise", "tiny"))
        .startsWith("pbq: unknown command quantise; the nearest is quantize (see 'pbq --help')");
    assertThat(answer("quantize", "tiny", "--lowfrac", "0.9"))
        .contains("unknown option --lowfrac; the nearest is --low-frac")
        .contains("'pbq quantize --help'");
    assertThat(answer("generate", "tiny", "--prompt", "a", "--max-tokens", "4"))
        .contains("--max-new-tokens");
  }

  @Test
  void whatIsTooMuchIsNamed() {
    assertThat(answer("inspect", "tiny", "other")).contains("unknown argument other (");
  }

  @Test
  void oneOfSeveralIsAskedFor() {
    assertThat(answer("compare", "tiny"))
        .contains("pbq: --methods or --recipes or --recipe-dir is needed (");
  }
}
