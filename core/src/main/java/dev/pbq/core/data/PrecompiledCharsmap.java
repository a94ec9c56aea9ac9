package dev.pbq.core.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Base64;
import java.util.BitSet;

/**
 * SentencePiece's compiled table of replacements: the byte count of a double-array trie
 * (little-endian), its units of 32 bits, then replacement texts in UTF-8, each ended by a zero
 * byte. Hugging Face's library follows the units without looking where they lead, so that every
 * place that some text can reach is visited here first.
 */
final class PrecompiledCharsmap {
  private static final int LABELS = 256;

  private final int[] units;
  private final byte[] texts;

  private PrecompiledCharsmap(int[] units, byte[] texts) {
    this.units = units;
    this.texts = texts;
  }

  /** Whether the library can use a table, given in base64, with any text. */
  static boolean isSound(String base64) {
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      return false;
    }
    if (bytes.length < Integer.BYTES) {
      return false;
    }
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int count = in.getInt() >>> 2;
    if (count < 1 || count > in.remaining() / Integer.BYTES) {
      return false;
    }
    int[] units = new int[count];
    in.asIntBuffer().get(units);
    byte[] texts = Arrays.copyOfRange(bytes, Integer.BYTES * (1 + count), bytes.length);
    return isUtf8(texts) && new PrecompiledCharsmap(units, texts).staysInside();
  }

  private static boolean isUtf8(byte[] texts) {
    try {
      CharBuffer decoded = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(texts));
      return decoded.hasRemaining() || texts.length == 0;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  private boolean staysInside() {
    BitSet seen = new BitSet(units.length);
    ArrayDeque<Integer> open = new ArrayDeque<>();
    open.add(offset(units[0]));
    while (!open.isEmpty()) {
      int node = open.remove();
      if (node < 0 || (node | LABELS - 1) >= units.length) {
        return false;
      }
      if (seen.get(node)) {
        continue;
      }
      seen.set(node);
      for (int label = 1; label < LABELS; label++) {
        int unit = units[node ^ label];
        if ((unit & 0x800000ff) != label) {
          continue;
        }
        int next = node ^ label ^ offset(unit);
        boolean hasValue = (unit >> 8 & 1) == 1;
        if (hasValue && (next < 0 || next >= units.length || !isStart(units[next] & 0x7fffffff))) {
          return false;
        }
        open.add(next);
      }
    }
    return true;
  }

  private static int offset(int unit) {
    return unit >>> 10 << ((unit & 1 << 9) >>> 6);
  }

  /** Whether a text can begin there: at a character, or at the end. */
  private boolean isStart(int at) {
    return at == texts.length || (at < texts.length && (texts[at] & 0xc0) != 0x80);
  }
}
