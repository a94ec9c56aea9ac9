package dev.pbq.core.generate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pbq.core.data.Surroundings;
import dev.pbq.core.data.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class TextStreamTest {
  /** One token per byte of UTF-8. */
  private static final class Bytes implements Tokenizer {
    @Override
    public int[] encode(String text, boolean addSpecialTokens) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      int[] ids = new int[bytes.length];
      for (int i = 0; i < ids.length; i++) {
        ids[i] = bytes[i] & 0xff;
      }
      return ids;
    }

    @Override
    public String decode(int[] ids) {
      byte[] bytes = new byte[ids.length];
      for (int i = 0; i < ids.length; i++) {
        bytes[i] = (byte) ids[i];
      }
      return new String(bytes, StandardCharsets.UTF_8);
    }

    @Override
    public String piece(int id) {
      return Character.toString(id);
    }

    @Override
    public Surroundings surroundings() {
      return Surroundings.NONE;
    }

    @Override
    public int vocabularySize() {
      return 256;
    }

    @Override
    public OptionalInt bosTokenId() {
      return OptionalInt.empty();
    }

    @Override
    public OptionalInt eosTokenId() {
      return OptionalInt.empty();
    }

    @Override
    public String fingerprint() {
      return "bytes";
    }

    @Override
    public void close() {}
  }

  @Test
  void charactersAppearWhole() {
    Bytes tokenizer = new Bytes();
    TextStream stream = new TextStream(tokenizer, tokenizer.encode("on ", false));
    StringBuilder shown = new StringBuilder();
    String text = "a \u20ac and \ud83d\ude00!";
    for (int id : tokenizer.encode(text, false)) {
      String piece = stream.add(id);
      assertThat(piece).doesNotContain("\uFFFD");
      shown.append(piece);
    }
    assertThat(shown).hasToString(text);
    assertThat(stream.end()).isEmpty();
  }

  @Test
  void whatNeverBecameWholeComesAtTheEnd() {
    TextStream stream = new TextStream(new Bytes(), new int[0]);
    assertThat(stream.end()).isEmpty();
    assertThat(stream.add('x')).isEqualTo("x");
    assertThat(stream.add(0xe2)).isEmpty();
    assertThat(stream.end()).isEqualTo("\uFFFD");
  }
}
