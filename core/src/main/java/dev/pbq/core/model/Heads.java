package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.Optional;

/**
 * What attention works on; closed together with what it was made of.
 *
 * @param query [sequences, tokens, heads, headDim]
 * @param key [sequences, tokens, keyValueHeads, headDim]
 * @param value [sequences, tokens, keyValueHeads, valueDim]
 * @param gate factors of the outputs before their sigmoid, shaped as the query
 * @param owned arrays that are closed too
 */
record Heads(NDArray query, NDArray key, NDArray value, Optional<NDArray> gate, NDList owned)
    implements AutoCloseable {
  @Override
  public void close() {
    query.close();
    key.close();
    value.close();
    gate.ifPresent(NDArray::close);
    owned.close();
  }
}
