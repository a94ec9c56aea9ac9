package dev.pbq.train.tune;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.checkpoint.AtomicFile;
import dev.pbq.core.checkpoint.CheckpointWriter;
import dev.pbq.core.checkpoint.FolderChecksums;
import dev.pbq.core.checkpoint.JsonFiles;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.PackedCheckpoint;
import dev.pbq.core.checkpoint.PackedTensorCollector;
import dev.pbq.core.checkpoint.ShardSize;
import dev.pbq.core.checkpoint.TensorGroup;
import dev.pbq.core.checkpoint.TensorNames;
import dev.pbq.core.checkpoint.WeightFiles;
import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.train.layer.TrainableLinear;
import dev.pbq.train.student.TrainedWeights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes a packed folder like another one, with tuned layers and vectors in their places. How it
 * was tuned stands in {@code config.json} under {@code quantization_config.tuning}.
 *
 * @param weights of {@code source}, lent
 */
record TunedFolder(ModelFolder source, PackedCheckpoint weights) {
  private static final String WEIGHT = ".weight";

  void write(Path work, TrainedWeights trained, ObjectNode tuning, Map<String, byte[]> sideFiles) {
    List<TensorGroup> groups = new ArrayList<>();
    List<String> names = new ArrayList<>(weights.names());
    names.removeAll(weights.ownBiases());
    for (String name : names) {
      groups.add(group(name, trained));
    }
    CheckpointWriter.write(work, WeightFiles.PACKED, groups, Map.of(), ShardSize.DEFAULT);
    source.copySideFilesTo(work);
    sideFiles.forEach((name, bytes) -> AtomicFile.write(work.resolve(name), bytes));
    ObjectNode config = source.config();
    ObjectNode quantization = (ObjectNode) config.get("quantization_config");
    quantization.put("format_version", PackedCheckpoint.FORMAT_VERSION);
    quantization.set("tuning", tuning);
    JsonFiles.write(work.resolve(ModelFolder.CONFIG), config);
    FolderChecksums.seal(work);
  }

  private TensorGroup group(String name, TrainedWeights trained) {
    // Some checkpoints spell the names of the model's tensors in another way.
    Optional<String> vector = TensorNames.resolve(name, trained.vectors()::containsKey);
    if (vector.isPresent()) {
      return TensorGroup.of(trained.vectors().get(vector.get()).entry());
    }
    String linear =
        name.endsWith(WEIGHT) ? name.substring(0, name.length() - WEIGHT.length()) : name;
    if (!weights.packedLinears().contains(linear)) {
      return TensorGroup.of(weights.stored().entryOf(name));
    }
    TrainableLinear layer = trained.linears().get(linear);
    QuantizedLinear packed = layer == null ? weights.packed(linear) : layer.pack();
    PackedTensorCollector collector = new PackedTensorCollector(linear);
    packed.write(collector);
    return collector.group();
  }
}
