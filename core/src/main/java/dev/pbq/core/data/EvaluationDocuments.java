package dev.pbq.core.data;

import java.util.List;

/**
 * Documents to measure perplexity on one by one.
 *
 * @param name the data set's name, or the file's
 * @param source the file or files they were read from
 * @param split how documents were made of the files, in words for people and result files
 * @param sha256 over every document's UTF-8 text followed by a line feed, in hexadecimal
 * @param wikitext whether these are pages of WikiText in its tokenized form ({@code @-@}, spaces
 *     around punctuation)
 * @param texts the documents
 */
public record EvaluationDocuments(
    String name, String source, String split, String sha256, boolean wikitext, List<String> texts) {
  public EvaluationDocuments {
    texts = List.copyOf(texts);
  }

  /** Documents of which the hash is taken here. */
  static EvaluationDocuments of(
      String name, String source, String split, boolean wikitext, List<String> texts) {
    Sha256 sha = new Sha256();
    for (String text : texts) {
      sha.add(text).add("\n");
    }
    return new EvaluationDocuments(name, source, split, sha.hex(), wikitext, texts);
  }

  /** One text that comes from no file. */
  public static EvaluationDocuments of(String name, String text) {
    return of(name, name, "one text", false, List.of(text));
  }
}
