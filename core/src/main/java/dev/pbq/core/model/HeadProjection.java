package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import java.util.Optional;

/** Makes queries, keys and values of the input of attention. */
sealed interface HeadProjection {
  /** Projects x [sequences * tokens, hidden]; the caller closes the result. */
  Heads apply(NDArray x, InputTap tap);

  /** Three linears. */
  record Separate(LinearLayer query, LinearLayer key, LinearLayer value, AttentionShape shape)
      implements HeadProjection {
    @Override
    public Heads apply(NDArray x, InputTap tap) {
      Shape heads = new Shape(tap.sequences(), tap.tokens(), -1, shape.headDim());
      Shape valueHeads = new Shape(tap.sequences(), tap.tokens(), -1, shape.valueDim());
      NDArray q = query.apply(x, tap.sequences());
      NDArray k = key.apply(x, tap.sequences());
      NDArray v = value.apply(x, tap.sequences());
      return new Heads(
          q.reshape(heads),
          k.reshape(heads),
          v.reshape(valueHeads),
          Optional.empty(),
          new NDList(q, k, v));
    }
  }

  /** Three linears, of which the first makes, head by head, a query and then a gate. */
  record Gated(LinearLayer query, LinearLayer key, LinearLayer value, AttentionShape shape)
      implements HeadProjection {
    @Override
    public Heads apply(NDArray x, InputTap tap) {
      int width = shape.headDim();
      Shape heads = new Shape(tap.sequences(), tap.tokens(), -1, width);
      NDArray both = query.apply(x, tap.sequences());
      NDArray byHead = both.reshape(new Shape(tap.sequences(), tap.tokens(), -1, 2L * width));
      NDArray k = key.apply(x, tap.sequences());
      NDArray v = value.apply(x, tap.sequences());
      return new Heads(
          HostArrays.slice(byHead, 3, 0, width),
          k.reshape(heads),
          v.reshape(heads),
          Optional.of(HostArrays.slice(byHead, 3, width, 2L * width)),
          new NDList(both, byHead, k, v));
    }
  }

  /**
   * One linear.
   *
   * @param groups into how many equal parts its outputs divide, each with the queries, the keys and
   *     the values of some heads, in this order
   */
  record Fused(LinearLayer all, AttentionShape shape, int groups) implements HeadProjection {
    @Override
    public Heads apply(NDArray x, InputTap tap) {
      NDArray flat = all.apply(x, tap.sequences());
      NDArray byGroup = flat.reshape(new Shape(tap.sequences(), tap.tokens(), groups, -1));
      long queries = (long) shape.heads() / groups * shape.headDim();
      long keys = (long) shape.keyValueHeads() / groups * shape.headDim();
      Shape heads = new Shape(tap.sequences(), tap.tokens(), -1, shape.headDim());
      NDArray q = HostArrays.slice(byGroup, 3, 0, queries);
      NDArray k = HostArrays.slice(byGroup, 3, queries, queries + keys);
      NDArray v = HostArrays.slice(byGroup, 3, queries + keys, queries + 2 * keys);
      return new Heads(
          q.reshape(heads),
          k.reshape(heads),
          v.reshape(heads),
          Optional.empty(),
          new NDList(flat, byGroup, q, k, v));
    }
  }
}
