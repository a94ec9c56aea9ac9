package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.pbq.core.checkpoint.Checkpoints;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ModelWeights;
import dev.pbq.core.testkit.SyntheticModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models in the layout of HQQ's reference program, written and read again. */
class HqqExchangeTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--bits 8",
        "--bits 4",
        "--bits 3 --axis 0",
        "--bits 2 --groupsize 16 --quant-zero --quant-scale",
        "--bits 1.58",
        "--bits 1 --groupsize 8 --scale-dtype f32"
      })
  void aModelTravelsBothWays(String options) throws IOException {
    Path packed = folder.resolve("packed");
    quantize("tiny", packed, options);
    Path exported = folder.resolve("exported");
    export(packed, exported);
    assertThat(Cli.perplexity(exported)).isEqualTo(Cli.perplexity(packed));
    Path again = folder.resolve("again");
    export(exported, again);
    assertSameFiles(exported, again);
  }

  @ParameterizedTest
  @ValueSource(strings = {"f16", "bf16"})
  void layersThatComputeInHalfPrecisionKeepIt(String dtype) throws IOException {
    Path packed = folder.resolve("packed");
    quantize("tiny", packed, "--bits 4");
    Path exported = folder.resolve("exported");
    export(packed, exported, "--dtype", dtype);
    assertThat(Cli.perplexity(exported))
        .isNotEqualTo(Cli.perplexity(packed))
        .isCloseTo(Cli.perplexity(packed), withinPercentage(1));
    Path again = folder.resolve("again");
    export(exported, again, "--dtype", dtype);
    assertSameFiles(exported, again);
  }

  @Test
  void severalFilesAreReadTogether() throws IOException {
    Path model = folder.resolve("model");
    SyntheticModel.llama(model, 10, 3);
    Path packed = folder.resolve("packed");
    quantize(model.toString(), packed, "--bits 4 --groupsize 8");
    Path exported = folder.resolve("exported");
    export(packed, exported);
    try (Stream<Path> files = Files.list(exported)) {
      assertThat(files.filter(f -> f.toString().endsWith(".safetensors"))).hasSize(2);
    }
    try (ModelWeights before = Checkpoints.open(ModelFolder.open(packed));
        ModelWeights after = Checkpoints.open(ModelFolder.open(exported))) {
      for (int block = 0; block < 10; block++) {
        String name = "model.layers." + block + ".mlp.down_proj.weight";
        assertThat(after.readMatrix(name).data()).isEqualTo(before.readMatrix(name).data());
      }
    }
  }

  @Test
  void hasNoActivationFormatEither() {
    Path packed = folder.resolve("packed");
    quantize("tiny", packed, "--bits 8 --maxlayer 1");
    Path exported = folder.resolve("exported");
    export(packed, exported);
    for (Path model : List.of(packed, exported)) {
      Cli.Result result =
          Cli.run("eval-ppl", model, "--dataset", "tiny", "--act-format", "bfp-w6a6");
      assertThat(result.code()).isEqualTo(2);
      assertThat(result.err().lines())
          .singleElement()
          .asString()
          .contains("--act-format", model.toString(), "hqq, which has no activation format");
      assertThat(Cli.run("search", model, "--trials", 1, "--dataset", "tiny").err().lines())
          .singleElement()
          .asString()
          .contains(model.toString(), "is quantized already");
    }
  }

  private static void quantize(String model, Path out, String options) {
    List<Object> args = new ArrayList<>(List.of("quantize", model, "--out", out));
    args.addAll(List.of("--method", "hqq"));
    args.addAll(List.of((Object[]) options.split(" ")));
    Cli.Result result = Cli.run(args.toArray());
    assertThat(result.code()).as(result.err()).isZero();
  }

  private static void export(Path model, Path out, Object... more) {
    List<Object> args = new ArrayList<>(List.of("export", model, "--format", "hqq", "--out", out));
    args.addAll(List.of(more));
    Cli.Result result = Cli.run(args.toArray());
    assertThat(result.code()).as(result.err()).isZero();
  }

  private static void assertSameFiles(Path expected, Path actual) throws IOException {
    try (Stream<Path> files = Files.list(expected)) {
      List<Path> all = files.toList();
      assertThat(all).anyMatch(f -> f.toString().endsWith(".safetensors"));
      for (Path file : all) {
        assertThat(actual.resolve(file.getFileName())).hasSameBinaryContentAs(file);
      }
    }
  }
}
