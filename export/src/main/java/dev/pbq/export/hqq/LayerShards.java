package dev.pbq.export.hqq;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pbq.core.checkpoint.CheckpointWriter;
import dev.pbq.core.checkpoint.SafetensorsWriter;
import dev.pbq.core.checkpoint.ShardIndex;
import dev.pbq.core.checkpoint.TensorEntry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Files as HQQ's reference program cuts them: one for every five decoder blocks, found by {@code
 * layers.<i>.} in the name; all that belongs to no block goes into the last.
 */
final class LayerShards {
  private static final int BLOCKS = 5;

  private final int count;
  private final int step;

  /** For a model's configuration; one file if the configuration lacks the number of blocks. */
  LayerShards(JsonNode config) {
    int blocks = config.path("num_hidden_layers").asInt(0);
    this.count = Math.max(1, blocks / BLOCKS);
    this.step = blocks / count;
  }

  int count() {
    return count;
  }

  /** The shard of a tensor, from 1. */
  int of(String name) {
    for (int shard = 1; shard < count; shard++) {
      for (int block = (shard - 1) * step; block < shard * step; block++) {
        if (name.contains("layers." + block + ".")) {
          return shard;
        }
      }
    }
    return count;
  }

  /**
   * Writes all files and, if there are several, the index.
   *
   * @return bytes of the files
   */
  long write(Path folder, List<TensorEntry> entries) {
    List<List<TensorEntry>> shards = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      shards.add(new ArrayList<>());
    }
    Map<String, String> weightMap = new TreeMap<>();
    long tensorBytes = 0;
    for (TensorEntry entry : entries) {
      int shard = of(entry.name());
      shards.get(shard - 1).add(entry);
      weightMap.put(entry.name(), ShardIndex.shardName(shard, count));
      tensorBytes += entry.byteCount();
    }
    if (count == 1) {
      return SafetensorsWriter.write(
          folder.resolve(CheckpointWriter.SINGLE_FILE), shards.get(0), Map.of());
    }
    long bytes = 0;
    for (int i = 0; i < count; i++) {
      Path file = folder.resolve(ShardIndex.shardName(i + 1, count));
      bytes += SafetensorsWriter.write(file, shards.get(i), Map.of());
    }
    new ShardIndex(tensorBytes, weightMap).write(folder);
    return bytes;
  }
}
