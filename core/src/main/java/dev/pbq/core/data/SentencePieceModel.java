package dev.pbq.core.data;

import dev.pbq.core.PbqException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The part of a SentencePiece model file that decoding and exporting need: its pieces and whether a
 * space is put in front of a text. The native library offers no vocabulary size, ends the process
 * when asked for an id beyond it, and cuts 4-byte characters when decoding; so this is read here.
 *
 * <p>Format: protocol buffer {@code ModelProto} of {@code sentencepiece_model.proto}: field 1
 * {@code pieces} (1 piece, 2 score, 3 type), field 3 {@code normalizer_spec} (3 add_dummy_prefix).
 *
 * @param pieces by id
 * @param dummyPrefix whether encoding puts a space in front of the text
 */
public record SentencePieceModel(List<Piece> pieces, boolean dummyPrefix) {

  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int LENGTH_DELIMITED = 2;
  private static final int FIXED32 = 5;

  public SentencePieceModel {
    pieces = List.copyOf(pieces);
  }

  /** What a piece is for; the numbers are those of the format. */
  public enum PieceType {
    NORMAL(1),
    UNKNOWN(2),
    CONTROL(3),
    USER_DEFINED(4),
    UNUSED(5),
    BYTE(6);

    private final int code;

    PieceType(int code) {
      this.code = code;
    }

    /** The number in the file. */
    public int code() {
      return code;
    }

    private static PieceType of(long code) {
      for (PieceType type : values()) {
        if (type.code == code) {
          return type;
        }
      }
      throw new IllegalArgumentException("piece of unknown type " + code);
    }
  }

  /**
   * One entry of the vocabulary.
   *
   * @param score what merging prefers: the higher, the earlier
   */
  public record Piece(String text, PieceType type, float score) {
    /** A piece without a score, which is 0. */
    Piece(String text, PieceType type) {
      this(text, type, 0);
    }

    /** Whether it stands for no text. */
    boolean isSpecial() {
      return type == PieceType.CONTROL || type == PieceType.UNKNOWN;
    }

    /** The byte that a piece of type BYTE, written as {@code <0x0A>}, stands for. */
    int byteValue() {
      return Integer.parseInt(text.substring(3, 5), 16);
    }
  }

  /**
   * Reads the contents of a {@code tokenizer.model}.
   *
   * @param file named in errors
   * @throws PbqException BAD_DATA if the bytes are not a SentencePiece model
   */
  public static SentencePieceModel parse(Path file, byte[] bytes) {
    List<Piece> pieces = new ArrayList<>();
    boolean dummyPrefix = true;
    try {
      ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
      while (in.hasRemaining()) {
        long key = varint(in);
        if (key == (1 << 3 | LENGTH_DELIMITED)) {
          pieces.add(piece(message(in)));
        } else if (key == (3 << 3 | LENGTH_DELIMITED)) {
          dummyPrefix = dummyPrefix(message(in));
        } else {
          skip(in, key);
        }
      }
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      throw PbqException.badData(file + ": not a SentencePiece model: " + Messages.of(e), e);
    }
    if (pieces.isEmpty()) {
      throw PbqException.badData(file + ": not a SentencePiece model: it has no pieces");
    }
    return new SentencePieceModel(pieces, dummyPrefix);
  }

  private static Piece piece(ByteBuffer in) {
    String text = "";
    PieceType type = PieceType.NORMAL;
    float score = 0;
    while (in.hasRemaining()) {
      long key = varint(in);
      if (key == (1 << 3 | LENGTH_DELIMITED)) {
        text = StandardCharsets.UTF_8.decode(message(in)).toString();
      } else if (key == (2 << 3 | FIXED32)) {
        score = in.getFloat();
      } else if (key == (3 << 3 | VARINT)) {
        type = PieceType.of(varint(in));
      } else {
        skip(in, key);
      }
    }
    if (type == PieceType.BYTE && !text.matches("<0x[0-9A-F]{2}>")) {
      throw new IllegalArgumentException("byte piece \"" + text + "\"");
    }
    return new Piece(text, type, score);
  }

  private static boolean dummyPrefix(ByteBuffer in) {
    boolean value = true;
    while (in.hasRemaining()) {
      long key = varint(in);
      if (key == (3 << 3 | VARINT)) {
        value = varint(in) != 0;
      } else {
        skip(in, key);
      }
    }
    return value;
  }

  private static ByteBuffer message(ByteBuffer in) {
    long length = varint(in);
    if (length < 0 || length > in.remaining()) {
      throw new IllegalArgumentException("a field of " + length + " bytes exceeds the file");
    }
    ByteBuffer message = in.slice(in.position(), (int) length);
    in.position(in.position() + (int) length);
    return message.order(ByteOrder.LITTLE_ENDIAN);
  }

  private static void skip(ByteBuffer in, long key) {
    switch ((int) (key & 7)) {
      case VARINT -> varint(in);
      case FIXED64 -> in.getLong();
      case LENGTH_DELIMITED -> message(in);
      case FIXED32 -> in.getInt();
      default -> throw new IllegalArgumentException("unexpected field key " + key);
    }
  }

  private static long varint(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      byte b = in.get();
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw new IllegalArgumentException("a number longer than 64 bits");
  }
}
