package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * Norms of queries and keys.
 *
 * @param kind of what is normed, with which weights
 * @param query path of the norm of the queries
 * @param key path of the norm of the keys
 * @param norm how it norms
 */
record HeadNormSpec(Kind kind, String query, String key, NormSpec norm) {
  /** What is normed. */
  enum Kind {
    /** Each head, all with one weight [headDim]. */
    HEAD,
    /** Each head, with the rows of one weight [heads, headDim]. */
    ROWS,
    /** Each head, with a weight [headDim] of its own, {@code norms.h} behind the path. */
    LIST,
    /** All heads together, with a weight [heads * headDim]. */
    WHOLE
  }

  /** Enters the norms' tensors. */
  void declare(BlockPlan plan, AttentionShape shape) {
    declare(plan, InnerRole.QUERY_NORM, query, shape.heads(), shape.headDim());
    declare(plan, InnerRole.KEY_NORM, key, shape.keyValueHeads(), shape.headDim());
  }

  private void declare(BlockPlan plan, InnerRole role, String path, int heads, int headDim) {
    switch (kind) {
      case HEAD -> plan.innerNorm(role, path, norm.tensors(), headDim);
      case ROWS -> plan.tensor(role, path + ".weight", heads, headDim);
      case LIST -> {
        for (int h = 0; h < heads; h++) {
          plan.innerNorm(role, path + ".norms." + h, norm.tensors(), headDim);
        }
      }
      case WHOLE -> plan.innerNorm(role, path, norm.tensors(), heads * headDim);
    }
  }

  HeadNorm loadQuery(BlockProducts products, AttentionShape shape) {
    return load(products, query, shape.heads(), shape.headDim());
  }

  HeadNorm loadKey(BlockProducts products, AttentionShape shape) {
    return load(products, key, shape.keyValueHeads(), shape.headDim());
  }

  private HeadNorm load(BlockProducts products, String path, int heads, int headDim) {
    WeightLoader loader = products.loader();
    String name = products.full(path);
    return switch (kind) {
      case HEAD -> new HeadNorm(norm.load(loader, name), headDim, Optional.empty());
      case ROWS ->
          new HeadNorm(
              norm.plain(loader, headDim), headDim, Optional.of(loader.load(name + ".weight")));
      case LIST -> {
        NDList weights = new NDList();
        for (int h = 0; h < heads; h++) {
          weights.add(loader.load(name + ".norms." + h + ".weight"));
        }
        try (weights;
            NDArray all = NDArrays.concat(weights, 0)) {
          yield new HeadNorm(
              norm.plain(loader, headDim),
              headDim,
              Optional.of(all.reshape(new Shape(heads, headDim))));
        }
      }
      case WHOLE -> new HeadNorm(norm.load(loader, name), heads * headDim, Optional.empty());
    };
  }

  DecoderOutline.Norm queryOutline(UnaryOperator<String> full, AttentionShape shape) {
    return outline(full.apply(query), shape.heads(), shape.headDim());
  }

  DecoderOutline.Norm keyOutline(UnaryOperator<String> full, AttentionShape shape) {
    return outline(full.apply(key), shape.keyValueHeads(), shape.headDim());
  }

  private DecoderOutline.Norm outline(String name, int heads, int headDim) {
    return switch (kind) {
      case HEAD -> norm.outline(name, headDim);
      case ROWS -> norm.plainOutline(headDim, List.of(name + ".weight"));
      case LIST ->
          norm.plainOutline(
              headDim,
              IntStream.range(0, heads).mapToObj(h -> name + ".norms." + h + ".weight").toList());
      case WHOLE -> norm.outline(name, heads * headDim);
    };
  }
}
