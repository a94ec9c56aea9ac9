package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.SafetensorsWriter;
import dev.pbq.core.checkpoint.TensorEntry;
import dev.pbq.core.tensor.DType;
import dev.pbq.tiny.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code pbq train}, {@code tune} and {@code quantize --blockwise} on small random models of
 * families whose files hold linears transposed or in stacks, or whose blocks are mixtures. Training
 * itself checks that what it stored has the held-out loss that it had.
 */
class TrainFamiliesTest {
  private static final Path MODELS =
      Path.of("..", "core", "src", "test", "resources", "architectures");

  @TempDir private Path folder;

  /** A model of the core's test resources with the tokenizer of {@code tiny}. */
  private Path model(String name) throws IOException {
    Path tiny = TinyModel.unpack(folder.resolve("tiny"));
    ObjectMapper json = new ObjectMapper();
    int vocabulary =
        json.readTree(tiny.resolve("config.json").toFile()).get("vocab_size").intValue();
    Path model = Files.createDirectories(folder.resolve(name));
    for (String file : List.of("tokenizer.json", "tokenizer_config.json")) {
      Files.copy(tiny.resolve(file), model.resolve(file));
    }
    ObjectNode config =
        (ObjectNode) json.readTree(MODELS.resolve(name).resolve("config.json").toFile());
    int before = config.get("vocab_size").intValue();
    config.put("vocab_size", vocabulary);
    json.writeValue(model.resolve("config.json").toFile(), config);
    List<TensorEntry> entries = new ArrayList<>();
    Random random = new Random(3);
    try (Checkpoint original = Checkpoint.open(MODELS.resolve(name))) {
      for (String tensor : original.names()) {
        long[] shape = original.shape(tensor).clone();
        float[] values = original.read(tensor);
        if (shape[0] == before) {
          int had = values.length;
          values = Arrays.copyOf(values, had / before * vocabulary);
          for (int i = had; i < values.length; i++) {
            values[i] = 0.1f * (float) random.nextGaussian();
          }
          shape[0] = vocabulary;
        }
        entries.add(TensorEntry.ofFloats(tensor, DType.F32, shape, values));
      }
      SafetensorsWriter.write(model.resolve("model.safetensors"), entries, Map.of());
    }
    return model;
  }

  private static void succeeds(Object... args) {
    Cli.Result result = Cli.run(args);
    assertThat(result.code()).as(result.err()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2", "gpt-oss", "mixtral", "deepseek-v3", "gemma2", "phi3-longrope"})
  void trainedTunedAndCorrected(String family) throws IOException {
    Path model = model(family);
    Path trained = folder.resolve("trained");
    Path tuned = folder.resolve("tuned");
    List<Object> steps =
        List.of("--steps", 2, "--batch", 2, "--seqlen", 24, "--held-out", 4, "--threads", 1);
    List<Object> train =
        new ArrayList<>(List.of("train", model, "--method", "pb-qat", "--dataset", "tiny"));
    train.addAll(steps);
    train.addAll(List.of("--accumulate", 1, "--out", trained));
    succeeds(train.toArray());
    assertThat(Cli.perplexity(trained, 24)).isFinite();

    List<Object> tune =
        new ArrayList<>(List.of("tune", trained, "--reference", model, "--dataset", "tiny"));
    tune.addAll(steps);
    tune.addAll(List.of("--accumulate", 1, "--recompute", "--out", tuned));
    succeeds(tune.toArray());
    assertThat(Cli.perplexity(tuned, 24)).isFinite();

    Path corrected = folder.resolve("corrected");
    succeeds(
        "quantize",
        model,
        "--method",
        "gptq",
        "--bits",
        2,
        "--calib",
        "tiny",
        "--nsamples",
        4,
        "--seqlen",
        24,
        "--blockwise",
        "--blockwise-epochs",
        1,
        "--threads",
        1,
        "--out",
        corrected);
    assertThat(Cli.perplexity(corrected, 24)).isFinite();
  }
}
