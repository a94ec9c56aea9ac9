package dev.pbq.hub;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * A repository of the hub.
 *
 * @param kind model or data set
 * @param id {@code org/name}
 */
record Repository(Kind kind, String id) {
  /** What a repository holds, with the words that addresses and the cache use for it. */
  enum Kind {
    MODEL("model", "", "models"),
    DATASET("data set", "datasets/", "datasets");

    private final String noun;
    private final String prefix;
    private final String plural;

    Kind(String noun, String prefix, String plural) {
      this.noun = noun;
      this.prefix = prefix;
      this.plural = plural;
    }
  }

  /** As messages call it: {@code model org/name}. */
  String describe() {
    return kind.noun + " " + id;
  }

  /** Its folder's name in the cache. */
  String folderName() {
    return kind.plural + "--" + id.replace("/", "--");
  }

  /** The page that people look at. */
  String page(URI endpoint) {
    return endpoint + "/" + kind.prefix + id;
  }

  /** Where the list of its files is, with sizes and hashes. */
  URI listing(URI endpoint, String revision) {
    return URI.create(
        endpoint
            + "/api/"
            + kind.plural
            + "/"
            + id
            + "/revision/"
            + encode(revision)
            + "?blobs=true");
  }

  /** Where a file is. */
  URI file(URI endpoint, String revision, String path) {
    String encoded =
        Arrays.stream(path.split("/", -1)).map(Repository::encode).collect(Collectors.joining("/"));
    return URI.create(page(endpoint) + "/resolve/" + encode(revision) + "/" + encoded);
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
