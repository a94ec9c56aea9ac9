package dev.pbq.core.checkpoint;

import dev.pbq.core.PbqException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The names of the safetensors files of a model folder. Packed folders have names of their own:
 * other programs load {@code model.safetensors} as their own weights, find none of the tensors that
 * they want in a packed one, and go on with random numbers.
 */
public enum WeightFiles {
  /** The usual names, of dense weights and of other programs' layouts. */
  DENSE("model") {
    @Override
    public String single() {
      return "model.safetensors";
    }
  },
  /** Names of packed folders, from format version 2 on. */
  PACKED("pbq") {
    @Override
    public String single() {
      return shard(1, 1);
    }
  };

  private static final Logger LOG = LoggerFactory.getLogger(WeightFiles.class);

  private final String stem;
  private final Pattern shards;

  WeightFiles(String stem) {
    this.stem = stem;
    this.shards = Pattern.compile(stem + "-\\d+-of-\\d+\\.safetensors");
  }

  /** The file that holds all tensors, where there is one file alone. */
  public abstract String single();

  /** The file that says which shard holds which tensor, where there are several. */
  public String index() {
    return stem + ".safetensors.index.json";
  }

  /** The name of shard {@code number} (from 1) of {@code count}. */
  public String shard(int number, int count) {
    return String.format(Locale.ROOT, "%s-%05d-of-%05d.safetensors", stem, number, count);
  }

  /** Whether a file of this name is a shard. */
  public boolean isShard(String name) {
    return shards.matcher(name).matches();
  }

  /** Whether a folder holds weights under these names: one file, or an index. */
  public boolean isIn(Path folder) {
    return Files.exists(folder.resolve(single())) || Files.exists(folder.resolve(index()));
  }

  /**
   * Whether a folder holds all weights under these names.
   *
   * @throws PbqException BAD_DATA if the index is malformed
   */
  public boolean isComplete(Path folder) {
    if (Files.exists(folder.resolve(single()))) {
      return true;
    }
    Path index = folder.resolve(index());
    return Files.exists(index)
        && ShardIndex.read(index).weightMap().values().stream()
            .allMatch(shard -> Files.exists(folder.resolve(shard)));
  }

  /**
   * The names that a folder's weights have: of a packed model its own names, or the usual ones,
   * which folders of format version 1 have. That both are there is a warning.
   */
  static WeightFiles of(ModelFolder folder) {
    if (!folder.isPacked() || !PACKED.isIn(folder.path())) {
      return DENSE;
    }
    if (DENSE.isIn(folder.path())) {
      LOG.warn(
          "{}: holds both {} and {}; the former counts, as config.json says that pbq packed it",
          folder.path(),
          PACKED.single(),
          DENSE.single());
    }
    return PACKED;
  }

  /** The names that are in a folder, the usual ones first; empty if it holds no weights. */
  static Optional<WeightFiles> in(Path folder) {
    return Stream.of(values()).filter(names -> names.isIn(folder)).findFirst();
  }
}
