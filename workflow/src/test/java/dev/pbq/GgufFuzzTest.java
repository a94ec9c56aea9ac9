package dev.pbq;

import dev.pbq.core.testkit.Fuzz;
import dev.pbq.core.testkit.HostileInputs;
import dev.pbq.core.testkit.Mutations;
import dev.pbq.core.testkit.SyntheticModel;
import dev.pbq.workflow.recipe.Recipe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** GGUF files made at random: what {@link HostileInputs} promises. */
class GgufFuzzTest {
  @TempDir private Path scratch;
  @TempDir private Path made;

  @Test
  void gguf() throws Exception {
    Pbq pbq = Pbq.local().withThreads(1);
    Path model = SyntheticModel.llama(made.resolve("m"), 1, 3).path();
    Path file = made.resolve("a.gguf");
    pbq.model(model)
        .quantize(Recipe.of("rtn").set("bits", 4), made.resolve("q"))
        .export("gguf", file, true, Map.of("no-tokenizer", "true"));
    Fuzz.run(
        "gguf",
        scratch,
        Fuzz.oneOf(Map.of("a.gguf", Files.readAllBytes(file)), Map.of("a.gguf", Mutations::bytes)),
        folder -> pbq.model(folder.resolve("a.gguf")).inspect());
  }
}
