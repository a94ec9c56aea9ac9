package dev.pbq.core.data;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A data set as the hub has it: only the files that calibration and evaluation use.
 *
 * @param label its name on the command line
 * @param repository {@code org/name}
 * @param splits for each split the globs of its files, best first
 */
public record HubDataset(String label, String repository, List<List<String>> splits) {
  public HubDataset {
    splits = splits.stream().map(List::copyOf).toList();
  }

  /** The data set of that name. */
  public static Optional<HubDataset> named(String name) {
    return Dataset.named(name)
        .map(
            d ->
                new HubDataset(
                    d.label(),
                    d.hubRepositories().get(0),
                    Stream.of(d.calibration().split(), d.evaluation().split())
                        .map(d::hubFiles)
                        .toList()));
  }
}
