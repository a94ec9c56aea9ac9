package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is said of embedding and head before a run: refusals, and the dry run. */
class VocabularyRefusalsTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--embedding-bits 0 | not above 0",
        "--head-bits 17 | at most 16",
        "--embedding-bits four | four",
        "--embedding-bits 4.5 | --embedding-bits 4.5, hqq: --bits 4.5 is none of",
        "--embedding-bits 3.5 --embedding-method rtn | --embedding-bits 3.5: method rtn takes",
        "--embedding-bits 4 --embedding-method gptq | --embedding-method gptq: with these settings"
            + " it is calibrated, and an embedding is quantized by its weights alone",
        "--embedding-bits 4 --embedding-method ecq,dataFree:false | it is calibrated, and an",
        "--embedding-bits 1 --embedding-method arb-rc | --embedding-method arb-rc cannot be asked",
        "--embedding-bits 4 --embedding-method nope | nope",
        "--embedding-bits 4 --embedding-method hqq,width:4 | --width",
        "--embedding-bits 4 --embedding-method hqq,bits:4 | --embedding-method 'hqq,bits:4' gives",
        "--embedding-bits 4 --embedding-method hqq,axis | 'axis' is not of the form key:value",
        "--embedding-bits 4 --embedding-method hqq,groupsize:1000 | model.embed_tokens:"
            + " --groupsize 1000 does not divide its 321 x 128 = 41088 weights; --embedding-method",
        "--embedding-method hqq | --embedding-method is of no use without --embedding-bits",
        "--head-method hqq --embedding-bits 4 | --head-method is of no use without --head-bits"
      })
  void whatCannotBeIsRefusedByName(String options, String named) {
    refused(folder.resolve("no"), named, "tiny", "--method rtn " + options);
  }

  @Test
  void aDryRunCountsThem() {
    String plain = told("quantize", "tiny", "--method", "rtn", "--dry-run");
    String more = told("quantize", "tiny", "--method", "rtn", "--embedding-bits", 4, "--dry-run");
    assertThat(plain).doesNotContain("embed_tokens");
    assertThat(more).contains("model.embed_tokens, 321 x 128, hqq, about 4.500 bits stored");
    assertThat(output(more)).isLessThan(output(plain));
  }

  static void refused(Path out, String named, String model, String options, String... more) {
    List<Object> args = new ArrayList<>(List.of("quantize", model, "--out", out));
    args.addAll(List.of((Object[]) options.split(" ", -1)));
    Cli.Result result = Cli.run(args.toArray());
    assertThat(result.code()).as(result.err()).isEqualTo(2);
    assertThat(result.err().strip()).contains(named).doesNotContain("\n");
    assertThat(List.of(more)).allSatisfy(word -> assertThat(result.err()).contains(word));
    assertThat(out).doesNotExist();
  }

  private static String told(Object... args) {
    Cli.Result result = Cli.run(args);
    assertThat(result.code()).as(result.err()).isZero();
    return result.out();
  }

  /** Bytes of the output as a dry run tells them. */
  private static double output(String dryRun) {
    String line = dryRun.lines().filter(l -> l.startsWith("output")).findFirst().orElseThrow();
    return Double.parseDouble(line.replaceAll("output +about ([0-9.]+) kB.*", "$1"));
  }
}
