package dev.pbq.workflow.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pbq.core.testkit.HostileInputs;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Damaged recipes: what {@link HostileInputs} promises; one that is read is written as it was. */
class HostileRecipesTest {
  @TempDir private Path scratch;

  static List<Path> folders() {
    return HostileInputs.folders("toml-");
  }

  @ParameterizedTest
  @MethodSource("folders")
  void aRecipe(Path folder) {
    HostileInputs.check(
        folder,
        scratch,
        copy -> {
          Path file = copy.resolve("r.toml");
          Recipe recipe = RecipeFile.read(file);
          assertThat(RecipeFile.parse(RecipeFile.text(recipe), file)).isEqualTo(recipe);
        });
  }
}
