package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pbq.core.testkit.SharedFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code pbq profile} from the command line. */
class ProfileTest {
  @TempDir private Path folder;

  @Test
  void tinyGetsTablesAndPictures() throws IOException {
    Path out = folder.resolve("profile");
    Cli.Result result = Cli.run("profile", "tiny", "--nsamples", 4, "--seqlen", 64, "--out", out);
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out()).contains("attn_in", "mlp_out", "down_proj weight");
    List<String> rows = Files.readAllLines(out.resolve("activations.csv"));
    assertThat(rows.get(0)).isEqualTo("block_id,layer_name,variance");
    assertThat(rows.subList(1, 14))
        .allMatch(row -> row.startsWith("0,"))
        .allMatch(row -> Double.parseDouble(row.split(",", -1)[2]) > 0);
    assertThat(rows).hasSize(1 + 13 * blocks(rows));
    assertThat(Files.readAllLines(out.resolve("weights.csv"))).hasSize(1 + 7 * blocks(rows));
    for (String picture : List.of("activations.svg", "weights.svg")) {
      assertThat(Files.readString(out.resolve(picture)))
          .startsWith("<svg")
          .contains("<polyline")
          .endsWith("</svg>\n");
    }

    Cli.Result again = Cli.run("profile", "tiny", "--nsamples", 4, "--out", out);
    assertThat(again.code()).isEqualTo(2);
    assertThat(again.err().lines()).hasSize(1).allMatch(line -> line.contains("--force"));
  }

  @Test
  void optAndPackedModelsToo() throws IOException {
    Path out = folder.resolve("opt");
    String text = SharedFolder.of("corpora/tinystories.jsonl").toString();
    Cli.Result result =
        Cli.run(
            "profile",
            SharedFolder.of("models/opt-mini"),
            "--calib",
            text,
            "--nsamples",
            2,
            "--seqlen",
            32,
            "--out",
            out);
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(Files.readString(out.resolve("activations.csv"))).contains("fc1_out", "fc2_in");

    Path packed = folder.resolve("packed");
    Cli.Result quantized =
        Cli.run("quantize", "tiny", "--method", "rtn", "--bits", 2, "--out", packed);
    assertThat(quantized.code()).as(quantized.err()).isZero();
    Cli.Result profile =
        Cli.run(
            "profile",
            packed,
            "--dataset",
            "tiny",
            "--nsamples",
            2,
            "--seqlen",
            32,
            "--out",
            folder.resolve("of-packed"));
    assertThat(profile.code()).as(profile.err()).isZero();
  }

  @Test
  void badInputIsOneLine() {
    Path out = folder.resolve("out");
    Cli.Result samples = Cli.run("profile", "tiny", "--nsamples", 0, "--out", out);
    assertThat(samples.code()).isEqualTo(2);
    assertThat(samples.err().lines()).hasSize(1).allMatch(line -> line.contains("--nsamples 0"));
    Cli.Result tokens = Cli.run("profile", "tiny", "--seqlen", 1000000, "--out", out);
    assertThat(tokens.code()).isEqualTo(2);
    assertThat(tokens.err().lines()).hasSize(1).allMatch(line -> line.contains("--seqlen"));
    assertThat(out).doesNotExist();
  }

  private static int blocks(List<String> rows) {
    return (int) rows.stream().filter(row -> row.contains(",attn_in,")).count();
  }
}
