package dev.pbq.workflow.verify;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.FolderChecksums;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.PackedCheckpoint;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.pipeline.QuantizationReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * A packed folder, read whole: checksums of all files and of the tensors, and every packed layer
 * decoded.
 *
 * @param folder what was read
 * @param tensors sha256 of the tensors as they are now
 * @param files how many files have a recorded checksum; 0 in folders of programs that recorded none
 * @param layers how many packed layers were decoded
 * @param problems a sentence for each thing that is not as it was written, in order; empty if all
 *     is well
 */
public record FolderCheck(
    Path folder, String tensors, int files, int layers, List<String> problems) {
  private static final int NAMED = 3;

  public FolderCheck {
    problems = List.copyOf(problems);
  }

  /**
   * Reads a folder. Takes as long as reading its files twice.
   *
   * @throws PbqException BAD_DATA if pbq did not pack the folder, or a file is so damaged that the
   *     folder cannot be opened
   */
  public static FolderCheck of(Path path) {
    ModelFolder folder = ModelFolder.open(path);
    if (!folder.isPacked()) {
      throw PbqException.badData(
          path + " was not packed by pbq: there is nothing to verify it against");
    }
    Optional<FolderChecksums> recorded = FolderChecksums.read(path);
    List<String> problems = new ArrayList<>();
    FolderChecksums now = FolderChecksums.of(path);
    recorded.ifPresent(then -> compare(then, now, problems));
    reported(path)
        .filter(sum -> !sum.equals(now.tensors()))
        .ifPresent(
            sum ->
                problems.add(
                    QuantizationReport.FILE + " tells of other tensors (sha256 " + sum + ")"));
    int layers = decode(folder, problems);
    return new FolderCheck(
        path, now.tensors(), recorded.map(r -> r.files().size()).orElse(0), layers, problems);
  }

  private static Optional<String> reported(Path path) {
    return Files.exists(path.resolve(QuantizationReport.FILE))
        ? Optional.ofNullable(QuantizationReport.read(path).tensorsSha256())
        : Optional.empty();
  }

  private static void compare(FolderChecksums then, FolderChecksums now, List<String> problems) {
    then.files()
        .forEach(
            (name, sum) -> {
              String found = now.files().get(name);
              if (found == null) {
                problems.add(name + " is missing");
              } else if (!found.equals(sum)) {
                problems.add(name + " has changed");
              }
            });
    now.files().keySet().stream()
        .filter(name -> !then.files().containsKey(name))
        .forEach(name -> problems.add(name + " was not there"));
    if (problems.isEmpty() && !Objects.equals(then.tensors(), now.tensors())) {
      problems.add(FolderChecksums.FILE + " tells of other tensors (" + then.tensors() + ")");
    }
  }

  /** Each layer alone, so that a damaged one does not hide the others. */
  private static int decode(ModelFolder folder, List<String> problems) {
    try (PackedCheckpoint packed = PackedCheckpoint.open(folder)) {
      List<String> linears = List.copyOf(packed.packedLinears());
      Map<String, String> damaged = new ConcurrentSkipListMap<>();
      Parallel.forEach(
          linears.size(),
          i -> {
            try {
              requireFinite(linears.get(i), packed.packed(linears.get(i)).dequantize().data());
            } catch (PbqException e) {
              damaged.put(linears.get(i), e.getMessage());
            }
          });
      problems.addAll(damaged.values());
      return linears.size();
    }
  }

  private static void requireFinite(String linear, float[] weights) {
    for (float w : weights) {
      if (!Float.isFinite(w)) {
        throw PbqException.badData(linear + ": stores a weight that is " + w);
      }
    }
  }

  /**
   * Refuses a folder that is not as it was written.
   *
   * @throws PbqException BAD_DATA naming the first problems
   */
  public void require() {
    if (!problems.isEmpty()) {
      int more = problems.size() - NAMED;
      throw PbqException.badData(
          folder
              + " is not as it was written: "
              + String.join("; ", problems.subList(0, Math.min(NAMED, problems.size())))
              + (more > 0 ? "; and " + more + " more" : ""));
    }
  }
}
