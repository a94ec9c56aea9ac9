package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pbq.core.testkit.GrownVocabulary;
import dev.pbq.tiny.TinyModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
    return GrownVocabulary.copy(MODELS.resolve(name), tiny, folder.resolve(name));
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
