package dev.pbq.export.gguf.model;

import dev.pbq.export.gguf.file.GgufFile;
import dev.pbq.export.gguf.file.GgufMetadata;
import dev.pbq.export.gguf.file.GgufTensor;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** The hyper-parameters of a file's architecture: keys without their leading {@code llama.}. */
final class ModelKeys {
  private final GgufFile file;
  private final String prefix;

  ModelKeys(GgufFile file, String architecture) {
    this.file = file;
    this.prefix = architecture + ".";
  }

  private GgufMetadata metadata() {
    return file.metadata();
  }

  int require(String key) {
    return metadata().requireCount(prefix + key);
  }

  OptionalInt count(String key) {
    return metadata().count(prefix + key);
  }

  /** How many, 0 where the key is absent. */
  int countOrZero(String key) {
    return metadata().id(prefix + key).orElse(0);
  }

  OptionalDouble number(String key) {
    return metadata().number(prefix + key);
  }

  double requireNumber(String key) {
    return number(key).orElseThrow(() -> metadata().bad("key " + prefix + key + " is missing"));
  }

  Optional<String> text(String key) {
    return metadata().text(prefix + key);
  }

  boolean isList(String key) {
    return metadata().isList(prefix + key);
  }

  List<Boolean> flags(String key) {
    return metadata().flags(prefix + key);
  }

  int layers() {
    int layers = require("block_count");
    if (layers > file.tensors().size()) {
      throw bad("key " + prefix + "block_count is " + layers + ", more than there are tensors");
    }
    return layers;
  }

  int heads() {
    return require("attention.head_count");
  }

  int keyValueHeads() {
    return count("attention.head_count_kv").orElse(heads());
  }

  /** Features of a head. */
  int headDim() {
    return count("attention.key_length").orElse(require("embedding_length") / heads());
  }

  /** Rows of the embedding, which is how many tokens there are. */
  int vocabulary() {
    GgufTensor embedding = file.tensors().get("token_embd.weight");
    if (embedding == null) {
      throw metadata().bad("tensor token_embd.weight is missing");
    }
    return (int) embedding.rows();
  }

  boolean holds(String tensor) {
    return file.tensors().containsKey(tensor);
  }

  /** A vector of the file. */
  Optional<float[]> vector(String tensor) {
    return Optional.ofNullable(file.tensors().get(tensor))
        .map(
            found -> {
              float[] values = new float[found.cols()];
              file.readRows(found, 0, 1, values);
              return values;
            });
  }

  RuntimeException bad(String what) {
    return metadata().bad(what);
  }
}
