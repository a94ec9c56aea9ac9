package dev.pbq.core.data;

import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** One token per character (its code), BOS 1 in front: needs no native code and no files. */
final class CharTokenizer implements Tokenizer {
  private int texts;

  /** How many texts were encoded. */
  int texts() {
    return texts;
  }

  @Override
  public int[] encode(String text, boolean addSpecialTokens) {
    texts++;
    return IntStream.concat(addSpecialTokens ? IntStream.of(1) : IntStream.empty(), text.chars())
        .toArray();
  }

  @Override
  public String decode(int[] ids) {
    return IntStream.of(ids)
        .filter(id -> id != 1)
        .mapToObj(Character::toString)
        .collect(Collectors.joining());
  }

  @Override
  public String piece(int id) {
    return Character.toString(id);
  }

  @Override
  public Surroundings surroundings() {
    return new Surroundings(new int[] {1}, new int[0]);
  }

  @Override
  public int vocabularySize() {
    return Character.MAX_VALUE + 1;
  }

  @Override
  public OptionalInt bosTokenId() {
    return OptionalInt.of(1);
  }

  @Override
  public OptionalInt eosTokenId() {
    return OptionalInt.empty();
  }

  @Override
  public String fingerprint() {
    return "";
  }

  @Override
  public void close() {}
}
