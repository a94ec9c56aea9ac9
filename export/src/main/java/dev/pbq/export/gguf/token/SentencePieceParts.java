package dev.pbq.export.gguf.token;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalInt;

/**
 * The tokenizer.model of a SentencePiece BPE: protocol buffer {@code ModelProto} of {@code
 * sentencepiece_model.proto}, with pieces (field 1), {@code trainer_spec} (2) and {@code
 * normalizer_spec} (3).
 */
final class SentencePieceParts {
  private static final int VARINT = 0;
  private static final int BYTES = 2;
  private static final int FIXED32 = 5;
  private static final int BPE = 2;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private SentencePieceParts() {}

  /**
   * Makes it.
   *
   * @throws dev.pbq.core.PbqException BAD_DATA if there are scores for other tokens, or a type that
   *     SentencePiece does not have
   */
  static byte[] tokenizerModel(StoredTokens tokens) {
    List<Float> scores = tokens.metadata().numbers("tokenizer.ggml.scores");
    if (scores.size() != tokens.size()) {
      throw tokens
          .metadata()
          .bad("there are " + tokens.size() + " tokens, but " + scores.size() + " scores");
    }
    OptionalInt unknown = tokens.named("unknown");
    SentencePieceParts model = new SentencePieceParts();
    int bytes = 0;
    for (int id = 0; id < tokens.size(); id++) {
      int type = tokens.types().get(id);
      String text = tokens.texts().get(id);
      if (type < StoredTokens.NORMAL || type > StoredTokens.BYTE) {
        throw tokens.metadata().bad("token " + id + " has the unknown type " + type);
      }
      if (type == StoredTokens.BYTE && !text.matches("<0x[0-9A-F]{2}>")) {
        throw tokens.metadata().bad("token " + id + " is no byte: \"" + text + "\"");
      }
      bytes += type == StoredTokens.BYTE ? 1 : 0;
      boolean isUnknown = unknown.isPresent() && unknown.getAsInt() == id;
      // Converters write the spaces of these as such; SentencePiece matches them once escaped.
      String matched = type == StoredTokens.USER_DEFINED ? text.replace(' ', '\u2581') : text;
      SentencePieceParts piece = new SentencePieceParts();
      piece.putBytes(1, matched.getBytes(StandardCharsets.UTF_8));
      piece.putFloat(2, scores.get(id));
      piece.putNumber(3, isUnknown ? StoredTokens.UNKNOWN : type);
      model.putBytes(1, piece.bytes());
    }
    if (bytes != 0 && bytes != 256) {
      throw tokens.metadata().bad("there are " + bytes + " tokens of bytes, not 256");
    }
    SentencePieceParts trainer = new SentencePieceParts();
    trainer.putNumber(3, BPE);
    trainer.putNumber(4, tokens.size());
    trainer.putNumber(35, bytes == 0 ? 0 : 1);
    model.putBytes(2, trainer.bytes());
    SentencePieceParts normalizer = new SentencePieceParts();
    normalizer.putBytes(1, "identity".getBytes(StandardCharsets.UTF_8));
    normalizer.putBytes(2, new byte[0]);
    normalizer.putNumber(3, tokens.flag("add_space_prefix").orElse(true) ? 1 : 0);
    normalizer.putNumber(4, tokens.flag("remove_extra_whitespaces").orElse(false) ? 1 : 0);
    normalizer.putNumber(5, 1);
    model.putBytes(3, normalizer.bytes());
    return model.bytes();
  }

  private byte[] bytes() {
    return out.toByteArray();
  }

  private void putNumber(int field, long value) {
    varint(((long) field << 3) | VARINT);
    varint(value);
  }

  private void putFloat(int field, float value) {
    varint(((long) field << 3) | FIXED32);
    int bits = Float.floatToIntBits(value);
    for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
      out.write(bits >>> shift);
    }
  }

  private void putBytes(int field, byte[] bytes) {
    varint(((long) field << 3) | BYTES);
    varint(bytes.length);
    out.writeBytes(bytes);
  }

  private void varint(long value) {
    long rest = value;
    while (rest >>> 7 != 0) {
      out.write((int) ((rest & 0x7f) | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
  }
}
