package dev.pbq.hub;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ModelFolder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Selects the files of a model's repository that are needed: configuration, tokenizer, licence,
 * weights.
 */
final class ModelFiles {
  static final String INDEX = "model.safetensors.index.json";
  static final String SINGLE = "model.safetensors";
  private static final Pattern SHARD = Pattern.compile("model-\\d+-of-\\d+\\.safetensors");
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
    boolean single = has(listing, SINGLE::equals);
    boolean sharded = has(listing, INDEX::equals);
    if (!single && !sharded) {
      throw noSafetensors(listing, repository);
    }
    List<RemoteFile> chosen = new ArrayList<>();
    for (RemoteFile file : listing.files()) {
      String path = file.path();
      boolean weights =
          single ? path.equals(SINGLE) : path.equals(INDEX) || SHARD.matcher(path).matches();
      if (weights || ModelFolder.isSideFileName(path)) {
        chosen.add(file);
      }
    }
    return chosen;
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
            + SINGLE
            + (others.isEmpty() ? "" : " but " + String.join(", ", others))
            + ": pbq reads safetensors alone; the hub often has a converted copy as a pull request,"
            + " given as "
            + repository.id()
            + "@refs/pr/N");
  }
}
