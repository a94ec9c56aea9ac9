package dev.pbq.workflow.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pbq.core.testkit.Fuzz;
import dev.pbq.core.testkit.HostileInputs;
import dev.pbq.core.testkit.Mutations;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Recipes made at random: what {@link HostileInputs} promises. */
class RecipesFuzzTest {
  private static final Recipe RECIPE =
      Recipe.of("gptq")
          .set("bits", 4)
          .set("percdamp", 0.01)
          .skip("lm_head")
          .calibratedOn("wikitext2", 128, 2048);

  @TempDir private Path scratch;

  @Test
  void recipe() throws Exception {
    byte[] file = RecipeFile.text(RECIPE).getBytes(StandardCharsets.UTF_8);
    Fuzz.run(
        "recipe-toml",
        scratch,
        Fuzz.oneOf(Map.of("r.toml", file), Map.of("r.toml", Mutations::text)),
        folder -> {
          Path path = folder.resolve("r.toml");
          Recipe recipe = RecipeFile.read(path);
          assertThat(RecipeFile.parse(RecipeFile.text(recipe), path)).isEqualTo(recipe);
        });
  }
}
