package dev.pbq.eval.tasks;

import dev.pbq.core.PbqException;
import dev.pbq.core.data.Tokenizer;
import dev.pbq.eval.scoring.Span;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Turns context and continuation into tokens as the harness' {@code _encode_pair} does: spaces at
 * the context's end move to the continuation; both are tokenized together, and the continuation's
 * tokens are those after as many as the context alone has. An empty context is a BOS token, or EOS
 * where there is none.
 */
final class PairEncoder {
  private final Tokenizer tokenizer;
  private final int longest;
  private String lastContext;
  private int lastLength;

  /**
   * @param longest tokens that the model has positions for
   */
  PairEncoder(Tokenizer tokenizer, int longest) {
    this.tokenizer = tokenizer;
    this.longest = longest;
  }

  /**
   * The span to score; empty if the continuation has more tokens than the model has positions. A
   * context that does not fit loses its beginning.
   *
   * @throws PbqException BAD_DATA if the continuation adds no tokens to those of the context
   */
  Optional<Span> span(String context, String continuation) {
    int end = context.length();
    while (end > 0 && isSpace(context.charAt(end - 1))) {
      end--;
    }
    int[] whole;
    int from;
    if (context.isEmpty()) {
      whole = withPrefix(tokenizer.encode(continuation, false));
      from = 1;
    } else {
      String head = context.substring(0, end);
      whole = tokenizer.encode(context + continuation);
      from = length(head);
    }
    if (from >= whole.length) {
      throw PbqException.badData(
          "the tokenizer joins the continuation \"" + continuation + "\" with its context");
    }
    if (whole.length - from > longest) {
      return Optional.empty();
    }
    // One token more than positions: the last is predicted, not run.
    return Optional.of(
        new Span(whole, Math.max(0, whole.length - longest - 1), from, whole.length));
  }

  /** As Python's {@code str.isspace}, which takes no-break spaces too. */
  private static boolean isSpace(char c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == 0x85;
  }

  private int length(String context) {
    if (!context.equals(lastContext)) {
      lastLength = tokenizer.encode(context).length;
      lastContext = context;
    }
    return lastLength;
  }

  private int[] withPrefix(int[] ids) {
    OptionalInt prefix =
        tokenizer.bosTokenId().isPresent() ? tokenizer.bosTokenId() : tokenizer.eosTokenId();
    if (prefix.isEmpty()) {
      throw PbqException.badData("an empty context needs a BOS or EOS token; there is none");
    }
    if (ids.length > 1 && ids[0] == prefix.getAsInt()) {
      return ids;
    }
    int[] all = new int[ids.length + 1];
    all[0] = prefix.getAsInt();
    System.arraycopy(ids, 0, all, 1, ids.length);
    return all;
  }
}
