package dev.pbq.core.checkpoint;

import dev.pbq.core.PbqException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Writes the tensors of a model into one file, or into shards with their index, under the names of
 * {@link WeightFiles}.
 */
public final class CheckpointWriter {
  /** The usual name of a checkpoint in one file. */
  public static final String SINGLE_FILE = WeightFiles.DENSE.single();

  private CheckpointWriter() {}

  /**
   * What has been written.
   *
   * @param files names of the safetensors files, in order
   * @param tensorBytes bytes of all tensors
   * @param fileBytes bytes of the safetensors files, headers included
   */
  public record Written(List<String> files, long tensorBytes, long fileBytes) {
    public Written {
      files = List.copyOf(files);
    }
  }

  /** As the other, under the usual names. */
  public static Written write(
      Path folder, List<TensorGroup> groups, Map<String, String> metadata, long maxShardBytes) {
    return write(folder, WeightFiles.DENSE, groups, metadata, maxShardBytes);
  }

  /**
   * Writes all groups in the given order, starting a new shard where the next group would exceed
   * {@code maxShardBytes} (a larger group is alone in its shard). The index comes last, so that a
   * set of shards without one is visibly unfinished.
   *
   * @param folder an existing folder
   * @param names of the files
   * @param metadata strings for every file, besides those of its groups
   * @throws PbqException RESOURCES naming the file if the disk is full
   * @throws IllegalArgumentException if two tensors have the same name, or two groups of one shard
   *     differ in a metadata string
   */
  public static Written write(
      Path folder,
      WeightFiles names,
      List<TensorGroup> groups,
      Map<String, String> metadata,
      long maxShardBytes) {
    List<List<TensorGroup>> shards = plan(groups, maxShardBytes);
    Map<String, String> weightMap = new LinkedHashMap<>();
    List<String> files = new ArrayList<>();
    for (int i = 0; i < shards.size(); i++) {
      String name = shards.size() == 1 ? names.single() : names.shard(i + 1, shards.size());
      files.add(name);
      for (TensorEntry entry : TensorGroup.entriesOf(shards.get(i))) {
        if (weightMap.put(entry.name(), name) != null) {
          throw new IllegalArgumentException("two tensors named " + entry.name());
        }
      }
    }
    long fileBytes = 0;
    for (int i = 0; i < shards.size(); i++) {
      fileBytes +=
          SafetensorsWriter.write(
              folder.resolve(files.get(i)),
              TensorGroup.entriesOf(shards.get(i)),
              mergedMetadata(shards.get(i), metadata));
    }
    long tensorBytes = groups.stream().mapToLong(TensorGroup::byteCount).sum();
    if (shards.size() > 1) {
      new ShardIndex(tensorBytes, weightMap).write(folder, names);
    }
    return new Written(files, tensorBytes, fileBytes);
  }

  private static List<List<TensorGroup>> plan(List<TensorGroup> groups, long maxShardBytes) {
    if (maxShardBytes < 1) {
      throw new IllegalArgumentException("shards of " + maxShardBytes + " bytes");
    }
    List<List<TensorGroup>> shards = new ArrayList<>();
    shards.add(new ArrayList<>());
    long size = 0;
    for (TensorGroup group : groups) {
      boolean full = size + group.byteCount() > maxShardBytes;
      if (full && !shards.get(shards.size() - 1).isEmpty()) {
        shards.add(new ArrayList<>());
        size = 0;
      }
      shards.get(shards.size() - 1).add(group);
      size += group.byteCount();
    }
    return shards;
  }

  private static Map<String, String> mergedMetadata(
      List<TensorGroup> groups, Map<String, String> common) {
    Map<String, String> merged = new LinkedHashMap<>(common);
    for (TensorGroup group : groups) {
      group
          .metadata()
          .forEach(
              (key, value) -> {
                String before = merged.putIfAbsent(key, value);
                if (before != null && !Objects.equals(before, value)) {
                  throw new IllegalArgumentException("two values of the metadata string " + key);
                }
              });
    }
    return merged;
  }
}
