package dev.pbq.core.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.testkit.SharedFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the native library is kept from; that it ends the process is in HostileTokenizersTest. */
class TokenizerChecksTest {
  private static final Path FILE = Path.of("tokenizer.json");
  private static final ObjectMapper JSON = new ObjectMapper();

  private static ObjectNode json(String text) throws IOException {
    return (ObjectNode) JSON.readTree(text.replace('\'', '"'));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'decoder': {'type': '\\ud800'}} | decoder: a text that is not Unicode",
        "{'decoder': [1e400]} | decoder: a number beyond all bounds",
        "{'decoder': {'decoders': [{'type': 'Strip', 'stop': 1}]}} | from the end of tokens",
        "{'normalizer': {'precompiled_charsmap': 'AAAA'}} | precompiled_charsmap is damaged",
        "{'normalizer': [{'type': 'Precompiled'}]} | precompiled_charsmap is damaged",
        "{'normalizer': {'pattern': {'String': ''}}} | matches between two characters",
        "{'normalizer': [{'pattern': {'Regex': 'x*'}}]} | matches between two characters",
        "{'model': {'vocab': {'a': 4000000000}}} | an id in vocab",
        "{'model': {'continuing_subword_prefix': '##', 'merges': ['a b']}} | second part",
        "{'model': {'continuing_subword_prefix': '##', 'merges': [['a', '#']]}} | second part"
      })
  void isRefusedByTheNameOfItsSection(String text, String message) throws IOException {
    ObjectNode root = json(text);
    assertThatThrownBy(() -> TokenizerChecks.require(FILE, root))
        .isInstanceOf(PbqException.class)
        .hasMessageContainingAll(FILE.toString(), message);
  }

  @Test
  void whatRealTokenizersHoldIsNot() throws IOException {
    TokenizerChecks.require(
        FILE,
        json(
            "{'normalizer': {'pattern': {'Regex': ' {2,}'}, 'content': ' '},"
                + "'pre_tokenizer': {'pattern': {'Regex': '(?=(\\\\d{3})+(?!\\\\d))'}},"
                + "'decoder': {'type': 'Strip', 'content': ' ', 'start': 1, 'stop': 0},"
                + "'model': {'continuing_subword_prefix': '##', 'vocab': {'a': 0, '##b': 1},"
                + "'merges': ['a ##b']}}"));
  }

  @Test
  void aTableOfReplacementsIsFollowedToItsEnds() throws IOException {
    Path file = SharedFolder.of("golden/tokenizers/precompiled-unigram/tokenizer.json");
    String sound = JSON.readTree(file.toFile()).findValue("precompiled_charsmap").textValue();
    assertThat(PrecompiledCharsmap.isSound(sound)).isTrue();

    byte[] bytes = Base64.getDecoder().decode(sound);
    assertThat(isSound(Arrays.copyOf(bytes, 3))).isFalse();
    assertThat(isSound(Arrays.copyOf(bytes, 1000))).isFalse();
    byte[] leadsOut = bytes.clone();
    Arrays.fill(leadsOut, 5, 8, (byte) 0xff); // The first unit's offset.
    assertThat(isSound(leadsOut)).isFalse();
    byte[] noText = Arrays.copyOf(bytes, bytes.length + 1);
    noText[bytes.length] = (byte) 0x80;
    assertThat(isSound(noText)).isFalse();
  }

  private static boolean isSound(byte[] map) {
    return PrecompiledCharsmap.isSound(Base64.getEncoder().encodeToString(map));
  }
}
