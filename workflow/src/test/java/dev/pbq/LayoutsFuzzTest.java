package dev.pbq;

import dev.pbq.core.checkpoint.Checkpoints;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ModelWeights;
import dev.pbq.core.testkit.Fuzz;
import dev.pbq.core.testkit.HostileInputs;
import dev.pbq.core.testkit.Mutations;
import dev.pbq.core.testkit.SyntheticModel;
import dev.pbq.workflow.recipe.Recipe;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.BiFunction;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Packed folders and those of other programs, made at random: {@link HostileInputs}. */
class LayoutsFuzzTest {
  private final Pbq pbq = Pbq.local().withThreads(1);

  @TempDir private Path scratch;
  @TempDir private Path made;

  private Recipe recipe(String words) {
    String[] parts = words.split(" ", -1);
    Recipe recipe = Recipe.of(parts[0]);
    for (int i = 1; i < parts.length; i += 2) {
      recipe = recipe.set(parts[i], Integer.parseInt(parts[i + 1]));
    }
    return recipe;
  }

  private Model packed(String words) throws Exception {
    Path model = SyntheticModel.llama(made.resolve("m"), 1, 3).path();
    return pbq.model(model).quantize(recipe(words), made.resolve("q"));
  }

  /** Families that need calibration, and so a tokenizer: the model built in. */
  @ParameterizedTest
  @ValueSource(strings = {"xnor", "billm", "ecq"})
  void calibratedFamily(String method) throws Exception {
    Recipe recipe = Recipe.of(method).calibratedOn("tiny", 2, 24);
    Recipe whole = method.equals("xnor") ? recipe.set("lowFrac", 0.9) : recipe;
    fuzz("packed-" + method, pbq.model("tiny").quantize(whole, made.resolve("q")).path());
  }

  @ParameterizedTest
  @ValueSource(strings = {"rtn bits 3", "hqq bits 4 groupsize 8", "bfp", "log", "minifloat"})
  void packedFamily(String words) throws Exception {
    fuzz("packed-" + words.split(" ", -1)[0], packed(words).path());
  }

  @ParameterizedTest
  @ValueSource(strings = {"gptq", "awq", "compressed-tensors", "hqq"})
  void layoutOfAnotherProgram(String format) throws Exception {
    String words = format.equals("hqq") ? "hqq bits 4 groupsize 8" : "rtn bits 4 groupsize 8";
    Path target = made.resolve("x");
    // GPTQ's layout takes layers of multiples of 32.
    Model source =
        format.equals("gptq")
            ? pbq.model("tiny").quantize(recipe("rtn bits 4 groupsize 32"), made.resolve("q"))
            : packed(words);
    source.export(format, target, true, Map.of());
    fuzz("layout-" + format, target);
  }

  private void fuzz(String name, Path folder) throws Exception {
    Map<String, byte[]> files = Fuzz.files(folder);
    Map<String, BiFunction<byte[], Random, byte[]>> changes = new TreeMap<>();
    for (String file : files.keySet()) {
      if (file.endsWith(".safetensors")) {
        changes.put(file, Mutations::safetensors);
      } else if (file.equals(ModelFolder.CONFIG)) {
        changes.put(file, Mutations::json);
      }
    }
    Fuzz.run(name, scratch, Fuzz.oneOf(files, changes), LayoutsFuzzTest::readAll);
  }

  private static void readAll(Path folder) {
    try (ModelWeights weights = Checkpoints.open(ModelFolder.open(folder))) {
      for (String tensor : weights.names()) {
        long[] shape = weights.shape(tensor);
        if (shape.length == 2 && shape[0] * shape[1] < 1 << 20) {
          FloatBuffer values = FloatBuffer.allocate((int) (shape[0] * shape[1]));
          weights.readRows(tensor, 0, shape[0], values);
        }
      }
    }
  }
}
