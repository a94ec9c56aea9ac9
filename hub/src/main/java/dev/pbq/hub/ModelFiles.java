package dev.pbq.hub;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.WeightFiles;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Selects the files of a model's repository that are needed: configuration, tokenizer, licence,
 * weights.
 */
final class ModelFiles {
  private static final Pattern OTHER_WEIGHTS =
      Pattern.compile(".*\\.(bin|pt|pth|h5|msgpack|gguf|onnx|safetensors)");

  private ModelFiles() {}

  /**
   * Chooses.
   *
   * @throws PbqException NOT_FOUND if the repository holds no {@code config.json}; BAD_DATA if it
   *     holds no safetensors weights, naming what it holds
   */
  static List<RemoteFile> choose(Listing listing, Repository repository) {
    if (listing.files().stream().noneMatch(f -> f.path().equals(ModelFolder.CONFIG))) {
      throw PbqException.notFound(repository.describe() + " has no " + ModelFolder.CONFIG);
    }
    Map<WeightFiles, Boolean> names = new EnumMap<>(WeightFiles.class);
    for (WeightFiles some : WeightFiles.values()) {
      boolean single = has(listing, some.single()::equals);
      if (single || has(listing, some.index()::equals)) {
        names.put(some, single);
      }
    }
    if (names.isEmpty()) {
      throw noSafetensors(listing, repository);
    }
    List<RemoteFile> chosen = new ArrayList<>();
    for (RemoteFile file : listing.files()) {
      String path = file.path();
      boolean weights =
          names.entrySet().stream().anyMatch(e -> isWeights(path, e.getKey(), e.getValue()));
      if (weights || ModelFolder.isSideFileName(path)) {
        chosen.add(file);
      }
    }
    return chosen;
  }

  private static boolean isWeights(String path, WeightFiles names, boolean single) {
    return single ? path.equals(names.single()) : path.equals(names.index()) || names.isShard(path);
  }

  private static boolean has(Listing listing, Predicate<String> path) {
    return listing.files().stream().map(RemoteFile::path).anyMatch(path);
  }

  private static PbqException noSafetensors(Listing listing, Repository repository) {
    List<String> others =
        listing.files().stream()
            .map(RemoteFile::path)
            .filter(p -> OTHER_WEIGHTS.matcher(p).matches())
            .limit(3)
            .toList();
    return PbqException.badData(
        repository.describe()
            + " has no "
            + WeightFiles.DENSE.single()
            + (others.isEmpty() ? "" : " but " + String.join(", ", others))
            + ": pbq reads safetensors alone; the hub often has a converted copy as a pull request,"
            + " given as "
            + repository.id()
            + "@refs/pr/N");
  }
}
