package dev.pbq.export.gguf;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The tokens of a model as the {@code tokenizer.ggml} keys hold them.
 *
 * @param model {@code llama} (SentencePiece) or {@code gpt2} (byte-level BPE)
 * @param pre the rule by which text is split before merging
 * @param tokens by id
 * @param types of the tokens, numbered as in SentencePiece
 * @param scores by id; empty for {@code gpt2}
 * @param merges pairs parted by a space, in order; empty for {@code llama}
 * @param unknown the id of the unknown token
 * @param spacePrefix whether a space is put in front of a text; only for {@code llama}
 * @param notes what a user should know
 */
record Vocabulary(
    String model,
    String pre,
    List<String> tokens,
    List<Integer> types,
    List<Float> scores,
    List<String> merges,
    OptionalInt unknown,
    Optional<Boolean> spacePrefix,
    List<String> notes) {
  static final int NORMAL = 1;
  static final int UNKNOWN = 2;
  static final int CONTROL = 3;
  static final int USER_DEFINED = 4;
  static final int UNUSED = 5;
  static final int BYTE = 6;

  private static final float ADDED_SCORE = -1000f;
  private static final float PADDING_SCORE = -10000f;

  Vocabulary {
    tokens = List.copyOf(tokens);
    types = List.copyOf(types);
    scores = List.copyOf(scores);
    merges = List.copyOf(merges);
    notes = List.copyOf(notes);
  }

  /** The id of a token's text. */
  OptionalInt id(String text) {
    int id = tokens.indexOf(text);
    return id < 0 ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /** Puts tokens in place one after the other; places left over are filled with unused ones. */
  static final class Builder {
    private final String[] tokens;
    private final int[] types;
    private final float[] scores;
    private int beyond;

    Builder(int size) {
      tokens = new String[size];
      types = new int[size];
      scores = new float[size];
    }

    /** A token of the model itself. */
    void put(int id, String text, int type, float score) {
      if (id < 0 || id >= tokens.length) {
        beyond++;
        return;
      }
      tokens[id] = text;
      types[id] = type;
      scores[id] = score;
    }

    /**
     * A token that was added to the model's; replaces an entry of the same id unless it is the same
     * token.
     */
    void add(AddedToken added) {
      int id = added.id();
      boolean same = id >= 0 && id < tokens.length && added.text().equals(tokens[id]);
      int type = added.special() ? CONTROL : USER_DEFINED;
      if (!same) {
        put(id, added.text(), type, ADDED_SCORE);
      } else if (types[id] == NORMAL) {
        types[id] = type;
      }
    }

    /** How many tokens had ids that the model has no embedding for. */
    int beyond() {
      return beyond;
    }

    List<String> tokens() {
      List<String> all = new ArrayList<>();
      for (int id = 0; id < tokens.length; id++) {
        if (tokens[id] == null) {
          put(id, "[PAD" + id + "]", UNUSED, PADDING_SCORE);
        }
        all.add(tokens[id]);
      }
      return all;
    }

    /** After {@link #tokens()}. */
    List<Integer> types() {
      List<Integer> all = new ArrayList<>();
      for (int type : types) {
        all.add(type);
      }
      return all;
    }

    /** After {@link #tokens()}. */
    List<Float> scores() {
      List<Float> all = new ArrayList<>();
      for (float score : scores) {
        all.add(score);
      }
      return all;
    }
  }
}
