package dev.pbq.workflow.verify;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.TemporaryFolder;
import dev.pbq.core.checkpoint.TensorDigest;
import dev.pbq.core.pipeline.ProgressListener;
import dev.pbq.workflow.quantize.RecipeRun;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The first quantized block of a packed folder, made again from the original model and a recipe.
 *
 * @param folder the folder compared with
 * @param tensors how many packed tensors were made again
 * @param different names of those that the folder lacks or holds with other bytes, in order
 */
public record BlockRepetition(Path folder, int tensors, List<String> different) {
  public BlockRepetition {
    different = List.copyOf(different);
  }

  /**
   * Makes the block again, among the system's temporary files, and compares.
   *
   * @param run the recipe on the original model; stays open
   * @throws PbqException as {@link RecipeRun#digestsOfFirstBlock}
   */
  public static BlockRepetition of(Path path, RecipeRun run, ProgressListener progress) {
    try (Checkpoint stored = Checkpoint.open(ModelFolder.open(path));
        TemporaryFolder scratch = TemporaryFolder.create("verify")) {
      Map<String, String> again = run.digestsOfFirstBlock(scratch.path(), progress);
      List<String> different =
          again.keySet().stream()
              .filter(
                  name ->
                      stored.find(name).isEmpty()
                          || !TensorDigest.of(stored, name).equals(again.get(name)))
              .toList();
      return new BlockRepetition(path, again.size(), different);
    } catch (IOException e) {
      throw PbqException.resources("cannot make a temporary folder: " + e.getMessage(), e);
    }
  }

  /**
   * Refuses a folder that the recipe does not give.
   *
   * @throws PbqException BAD_DATA naming a tensor
   */
  public void require() {
    if (!different.isEmpty()) {
      throw PbqException.badData(
          String.format(
              "%s is not what the recipe gives: %d of %d tensors of the first block differ, %s"
                  + " first",
              folder, different.size(), tensors, different.get(0)));
    }
  }
}
