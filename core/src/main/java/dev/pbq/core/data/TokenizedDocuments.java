package dev.pbq.core.data;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Documents tokenised as they are drawn.
 *
 * <p>Reading one document may mean reading its whole file, so the texts that the coming draws may
 * ask for are fetched together. Which these are follows from the generator: every attempt of a draw
 * takes one 32-bit output, whether it is for a document or for a place in one, so the coming
 * outputs, all taken as document numbers, contain the documents that will be drawn. Should one be
 * missing, it is fetched with the next lot; the result does not depend on it.
 */
final class TokenizedDocuments {
  private static final int FIRST_LOOKAHEAD = 1 << 14;
  private static final int LAST_LOOKAHEAD = 1 << 16;
  private static final int UNKNOWN = -1;

  private final Documents documents;
  private final Tokenizer tokenizer;
  private final PythonRandom random;
  private final int seqlen;
  private final int[] lengths;
  private final Map<Integer, int[]> longEnough = new HashMap<>();
  private Map<Integer, String> texts = new HashMap<>();
  private int lookahead = FIRST_LOOKAHEAD;

  /**
   * @param random the generator that the documents are drawn with; not advanced here
   * @param seqlen documents of more tokens keep their ids
   */
  TokenizedDocuments(Documents documents, Tokenizer tokenizer, PythonRandom random, int seqlen) {
    this.documents = documents;
    this.tokenizer = tokenizer;
    this.random = random;
    this.seqlen = seqlen;
    this.lengths = new int[documents.size()];
    Arrays.fill(lengths, UNKNOWN);
  }

  /** The number of tokens of a document, special tokens included. */
  int length(int document) {
    if (lengths[document] == UNKNOWN) {
      int[] ids = tokenizer.encode(takeText(document));
      lengths[document] = ids.length;
      if (ids.length > seqlen) {
        longEnough.put(document, ids);
      }
    }
    return lengths[document];
  }

  /** The ids of a document whose {@link #length} was asked and is above {@code seqlen}. */
  int[] ids(int document) {
    return longEnough.get(document);
  }

  private String takeText(int document) {
    if (!texts.containsKey(document)) {
      Set<Integer> wanted = comingDocuments();
      wanted.add(document);
      wanted.removeIf(i -> lengths[i] != UNKNOWN);
      texts = new HashMap<>(documents.fetch(wanted));
      lookahead = Math.min(2 * lookahead, LAST_LOOKAHEAD);
    }
    return texts.remove(document);
  }

  private Set<Integer> comingDocuments() {
    PythonRandom ahead = random.copy();
    int bits = PythonRandom.bitLength(documents.size());
    Set<Integer> coming = new HashSet<>();
    for (int i = 0; i < lookahead; i++) {
      long value = ahead.getrandbits(bits);
      if (value < documents.size()) {
        coming.add((int) value);
      }
    }
    return coming;
  }
}
