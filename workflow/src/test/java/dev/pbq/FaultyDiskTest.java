package dev.pbq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pbq.core.testkit.EveryFault;
import dev.pbq.core.testkit.SyntheticModel;
import dev.pbq.workflow.compare.EvaluationStore;
import dev.pbq.workflow.quantize.Existing;
import dev.pbq.workflow.recipe.Recipe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Disks that fill up at every step of a run, or cannot be read at every read. */
class FaultyDiskTest {
  private final Pbq pbq = Pbq.local().withThreads(1);

  @TempDir private Path folder;
  @TempDir private Path out;
  private Path model;

  @BeforeEach
  void makeModel() throws Exception {
    model = SyntheticModel.llama(folder.resolve("m"), 2, 3).path();
  }

  private void quantize(Path from, Path to, boolean again) {
    Recipe recipe = Recipe.of("rtn").set("bits", 4);
    pbq.model(from).quantize(recipe, to, again ? Existing.RESUME : Existing.REFUSE);
  }

  @Test
  void aQuantizationResumesWhenThereIsRoomAgain() throws Exception {
    int steps =
        new EveryFault(out, "q").full((place, again) -> quantize(model, place.resolve("q"), again));
    assertThat(steps).isGreaterThan(40);
  }

  @Test
  void anExportBeginsAgainWhenThereIsRoom() throws Exception {
    Path packed = folder.resolve("q");
    quantize(model, packed, false);
    Model source = pbq.model(packed);
    Map<String, String> bare = Map.of("no-tokenizer", "true");
    int file =
        new EveryFault(out, "m.gguf")
            .full((place, again) -> source.export("gguf", place.resolve("m.gguf"), false, bare));
    assertThat(file).isGreaterThan(10);
    int dense =
        new EveryFault(Files.createDirectory(folder.resolve("hf")), "m")
            .full((place, again) -> source.export("hf", place.resolve("m")));
    assertThat(dense).isGreaterThan(10);
  }

  @Test
  void whatWasMeasuredIsKeptWhole() throws Exception {
    new EveryFault(out, "e.json")
        .full(
            (place, again) -> {
              EvaluationStore store = EvaluationStore.open(place.resolve("e.json"));
              store.get("one", Double.class, () -> 1.5);
            });
  }
}
