package dev.pbq.core.model;

/**
 * The widths of latent attention.
 *
 * @param heads of queries, keys and values
 * @param queryRank width of the narrow vector of the queries; 0 for none
 * @param keyValueRank width of the narrow vector of keys and values
 * @param still features of a query or key that do not turn
 * @param turning features of a query or key that turn with the position
 * @param value width of a value
 */
public record LatentSizes(
    int heads, int queryRank, int keyValueRank, int still, int turning, int value) {
  /** Heads of which each has keys and values of its own. */
  public AttentionShape shape() {
    return new AttentionShape(heads, heads, still + turning, value);
  }
}
