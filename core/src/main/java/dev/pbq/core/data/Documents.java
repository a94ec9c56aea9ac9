package dev.pbq.core.data;

import java.util.Map;
import java.util.Set;

/** A numbered collection of documents, which need not be in memory. */
public interface Documents {
  int size();

  /**
   * The texts of some documents.
   *
   * @param indices each 0 to {@code size() - 1}
   */
  Map<Integer, String> fetch(Set<Integer> indices);
}
