package dev.pbq.core.data;

import ai.djl.sentencepiece.SpTokenizer;
import dev.pbq.core.PbqException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A tokenizer.model, run by the native SentencePiece library. If special tokens written out in the
 * text are to become ids, the stretches between them are encoded each on its own, as Hugging Face's
 * LlamaTokenizer does.
 */
final class SentencePieceTokenizer implements Tokenizer {
  private static final char SPACE = '\u2581';

  private final SpTokenizer nativeTokenizer;
  private final SentencePieceModel model;
  private final Map<String, Integer> specialIds;
  private final Optional<Pattern> splitAt;
  private final SpecialTokens special;
  private final String fingerprint;

  private SentencePieceTokenizer(
      SpTokenizer nativeTokenizer,
      SentencePieceModel model,
      Map<String, Integer> specialIds,
      SpecialTokenText specialTokenText,
      SpecialTokens special,
      String fingerprint) {
    this.nativeTokenizer = nativeTokenizer;
    this.model = model;
    this.specialIds = specialIds;
    this.splitAt =
        specialTokenText == SpecialTokenText.AS_TEXT || specialIds.isEmpty()
            ? Optional.empty()
            : Optional.of(anyOf(specialIds.keySet()));
    this.special = special;
    this.fingerprint = fingerprint;
  }

  static SentencePieceTokenizer open(
      Path file,
      byte[] bytes,
      TokenizerSettings settings,
      BosRule rule,
      SpecialTokenText specialTokenText,
      String fingerprint) {
    SentencePieceModel model = SentencePieceModel.parse(file, bytes);
    Map<String, Integer> ids = new HashMap<>();
    Map<String, Integer> specialIds = new HashMap<>(settings.addedTokens());
    for (int id = 0; id < model.pieces().size(); id++) {
      SentencePieceModel.Piece piece = model.pieces().get(id);
      ids.putIfAbsent(piece.text(), id);
      if (piece.isSpecial()) {
        specialIds.put(piece.text(), id);
      }
    }
    ids.putAll(specialIds);
    SpecialTokens special =
        SpecialTokens.resolve(
            settings,
            rule,
            SpecialTokens.Surroundings.NONE,
            token -> {
              Integer id = ids.get(token);
              return id == null ? OptionalInt.empty() : OptionalInt.of(id);
            });
    SpTokenizer tokenizer;
    try {
      tokenizer = new SpTokenizer(bytes);
    } catch (RuntimeException e) {
      throw PbqException.badData(file + ": not a usable tokenizer: " + Messages.of(e), e);
    }
    return new SentencePieceTokenizer(
        tokenizer, model, specialIds, specialTokenText, special, fingerprint);
  }

  private static Pattern anyOf(Set<String> tokens) {
    return Pattern.compile(
        tokens.stream()
            .sorted(Comparator.comparingInt(String::length).reversed())
            .map(Pattern::quote)
            .collect(Collectors.joining("|")));
  }

  @Override
  public int[] encode(String text, boolean addSpecialTokens) {
    String mended = WellFormed.of(text);
    IdList ids = new IdList();
    int from = 0;
    if (splitAt.isPresent()) {
      Matcher matcher = splitAt.get().matcher(mended);
      while (matcher.find()) {
        encodePlain(mended.substring(from, matcher.start()), ids);
        ids.add(specialIds.get(matcher.group()));
        from = matcher.end();
      }
    }
    encodePlain(mended.substring(from), ids);
    return addSpecialTokens ? special.around(ids.toArray()) : ids.toArray();
  }

  private void encodePlain(String text, IdList ids) {
    if (!text.isEmpty()) {
      ids.add(nativeTokenizer.getProcessor().encode(text));
    }
  }

  @Override
  public String decode(int[] ids) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int id : ids) {
      if (id < 0 || id >= model.pieces().size()) {
        continue; // an added token, or an id that no text is known for
      }
      SentencePieceModel.Piece piece = model.pieces().get(id);
      if (piece.type() == SentencePieceModel.PieceType.BYTE) {
        bytes.write(piece.byteValue());
      } else if (!piece.isSpecial()) {
        bytes.writeBytes(piece.text().replace(SPACE, ' ').getBytes(StandardCharsets.UTF_8));
      }
    }
    String text = bytes.toString(StandardCharsets.UTF_8);
    return model.dummyPrefix() && text.startsWith(" ") ? text.substring(1) : text;
  }

  @Override
  public int vocabularySize() {
    int highest = specialIds.values().stream().mapToInt(Integer::intValue).max().orElse(-1);
    return Math.max(model.pieces().size(), highest + 1);
  }

  @Override
  public OptionalInt bosTokenId() {
    return special.bos();
  }

  @Override
  public OptionalInt eosTokenId() {
    return special.eos();
  }

  @Override
  public String fingerprint() {
    return fingerprint;
  }

  @Override
  public void close() {
    nativeTokenizer.close();
  }

  /** A growing list of ids, unboxed. */
  private static final class IdList {
    private int[] ids = new int[64];
    private int size;

    void add(int... more) {
      if (size + more.length > ids.length) {
        ids = Arrays.copyOf(ids, Math.max(size + more.length, ids.length * 2));
      }
      System.arraycopy(more, 0, ids, size, more.length);
      size += more.length;
    }

    int[] toArray() {
      return Arrays.copyOf(ids, size);
    }
  }
}
