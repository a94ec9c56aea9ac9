package dev.pbq.core.model;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.tensor.FloatMatrix;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The residual stream as a tap sees it: what is shown, plus the linear's output, goes on. */
class ResidualTapTest {
  private static final int TOKENS = 6;

  @BeforeAll
  static void oneThread() {
    Engines.setThreads(1);
  }

  static List<Path> models() throws IOException {
    Path shared = Path.of(System.getProperty("pbq.shared", "missing"), "golden", "architectures");
    Path root = Files.isDirectory(shared) ? shared : Path.of("src/test/resources/architectures");
    try (Stream<Path> list = Files.list(root)) {
      return list.filter(ResidualTapTest::isCausal).sorted().toList();
    }
  }

  private static boolean isCausal(Path path) {
    String type = ModelFolder.open(path).modelType().orElse("none");
    return !path.getFileName().toString().endsWith("classifier")
        && Architectures.supported().contains(type);
  }

  /** Inputs and residual values by input name. */
  private static final class Recorder implements LinearInputTap {
    private final Map<String, float[]> inputs = new HashMap<>();
    private final Map<String, float[]> residuals = new HashMap<>();
    private final Map<String, Float> factors = new HashMap<>();

    @Override
    public void accept(LinearInput input, FloatBuffer x, int sequences, int tokens) {
      inputs.put(input.name(), copy(x));
    }

    @Override
    public boolean wantsResidual(LinearInput input) {
      return true;
    }

    @Override
    public void residual(LinearInput input, FloatBuffer r, float factor, int tokens) {
      assertThat(tokens).isEqualTo(2 * TOKENS);
      assertThat(inputs).as("before its input").doesNotContainKey(input.name());
      residuals.put(input.name(), copy(r));
      factors.put(input.name(), factor);
    }

    private static float[] copy(FloatBuffer values) {
      float[] copy = new float[values.remaining()];
      values.duplicate().get(copy);
      return copy;
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void whatIsShownPlusTheLinearsOutputIsTheBlocksOutput(Path path) throws IOException {
    ModelFolder folder = ModelFolder.open(path);
    CausalModel model = Architectures.of(folder.config(), "config");
    try (Checkpoint weights = Checkpoint.open(path);
        NDManager manager = Engines.newManager();
        DecoderBlock block = model.block(manager, weights, 0)) {
      NDArray x =
          manager.randomNormal(0, 1, new Shape(2, TOKENS, model.hiddenSize()), DataType.FLOAT32);
      Recorder whole = new Recorder();
      float[] output = block.forward(x, whole).toFloatArray();
      for (LinearInput input : model.linearInputs(0)) {
        Recorder partly = new Recorder();
        block.forwardTo(input, x, partly);
        assertThat(partly.residuals.get(input.name()))
            .as("%s, as far as it", input.name())
            .isEqualTo(whole.residuals.get(input.name()));
        if (whole.residuals.containsKey(input.name())) {
          assertThat(input.linears()).hasSize(1);
          assertThat(input.routed()).isFalse();
        }
      }
      boolean normsBehind = model.layout().norms(0).stream().anyMatch(n -> isBehind(n.role()));
      boolean mixture = model.linearInputs(0).stream().anyMatch(LinearInput::routed);
      List<LinearInput> inputs = model.linearInputs(0);
      LinearInput last = inputs.get(inputs.size() - 1);
      if (normsBehind) {
        assertThat(whole.residuals).isEmpty();
      } else if (mixture) {
        assertThat(whole.residuals.keySet()).hasSize(1).doesNotContain(last.name());
      } else {
        assertThat(whole.residuals).hasSize(2);
        if (!path.getFileName().toString().startsWith("opt-350m")) {
          check(model, weights, last, whole, output);
        }
      }
    }
  }

  private static boolean isBehind(NormRole role) {
    return role == NormRole.ATTENTION_OUTPUT || role == NormRole.MLP_OUTPUT;
  }

  private static void check(
      CausalModel model, Checkpoint weights, LinearInput last, Recorder seen, float[] output) {
    Linear linear = last.linears().get(0);
    FloatMatrix w = model.layout().view(weights).readMatrix(linear.weight());
    List<Float> bias = new ArrayList<>();
    if (linear.bias()) {
      FloatBuffer values = FloatBuffer.allocate(linear.rows());
      weights.readRows(linear.name() + ".bias", 0, linear.rows(), values);
      for (float v : values.array()) {
        bias.add(v);
      }
    }
    float[] x = seen.inputs.get(last.name());
    float[] r = seen.residuals.get(last.name());
    double worst = 0;
    for (int t = 0; t < 2 * TOKENS; t++) {
      for (int i = 0; i < linear.rows(); i++) {
        double y = bias.isEmpty() ? 0 : bias.get(i);
        for (int k = 0; k < linear.cols(); k++) {
          y += (double) w.get(i, k) * x[t * linear.cols() + k];
        }
        int at = t * linear.rows() + i;
        double expected = r[at] + seen.factors.get(last.name()) * y;
        worst = Math.max(worst, Math.abs(expected - output[at]));
      }
    }
    assertThat(worst).as(last.name()).isLessThan(2e-4);
  }
}
