package dev.pbq.core;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A sentence that names settings, so that every front end can spell the names its own way: to a
 * Java program a setting is {@code groupsize}, on the command line it is {@code --groupsize}.
 * Immutable.
 */
public final class Wording {
  /** How a front end spells the name of a setting. */
  @FunctionalInterface
  public interface Spelling {
    /** The name as a Java program knows it, in camel case; {@code optimize false} for one off. */
    Spelling PLAIN = (name, off) -> off ? name + " false" : name;

    /**
     * The spelling of one name.
     *
     * @param name of the setting, in camel case
     * @param off whether the sentence means the setting switched off
     */
    String of(String name, boolean off);
  }

  private interface Part {
    String spelled(Spelling spelling);
  }

  /** Values come from files as well: nothing in them may reach a terminal as a command. */
  private record Text(String text) implements Part {
    Text {
      text = Printable.of(text);
    }

    @Override
    public String spelled(Spelling spelling) {
      return text;
    }
  }

  private record Name(String name, boolean off) implements Part {
    @Override
    public String spelled(Spelling spelling) {
      return spelling.of(name, off);
    }
  }

  private static final Pattern MARK = Pattern.compile("\\{([A-Za-z][A-Za-z0-9]*)(=false)?}|%s");

  private final List<Part> parts;

  private Wording(List<Part> parts) {
    this.parts = List.copyOf(parts);
  }

  /**
   * Puts a sentence together.
   *
   * @param template in it {@code {scaleDtype}} names a setting, {@code {optimize=false}} one that
   *     is switched off, and each {@code %s} stands for the next of the values
   * @param values taken as they are, whatever braces they hold; a {@code Wording} keeps its names
   */
  public static Wording of(String template, Object... values) {
    List<Part> parts = new ArrayList<>();
    Matcher mark = MARK.matcher(template);
    int from = 0;
    int next = 0;
    while (mark.find()) {
      parts.add(new Text(template.substring(from, mark.start())));
      from = mark.end();
      if (mark.group(1) != null) {
        parts.add(new Name(mark.group(1), mark.group(2) != null));
      } else if (values[next] instanceof Wording inner) {
        parts.addAll(inner.parts);
        next++;
      } else {
        parts.add(new Text(String.valueOf(values[next++])));
      }
    }
    parts.add(new Text(template.substring(from)));
    if (next != values.length) {
      throw new IllegalArgumentException(values.length + " values for '" + template + "'");
    }
    return new Wording(parts);
  }

  /** A text that names no setting, whatever braces it holds. */
  public static Wording text(String text) {
    return new Wording(List.of(new Text(String.valueOf(text))));
  }

  /** The name of a setting alone. */
  public static Wording name(String setting) {
    return new Wording(List.of(new Name(setting, false)));
  }

  /** Several wordings with a text between them. */
  public static Wording join(String separator, Collection<Wording> wordings) {
    List<Part> parts = new ArrayList<>();
    for (Wording wording : wordings) {
      if (!parts.isEmpty()) {
        parts.add(new Text(separator));
      }
      parts.addAll(wording.parts);
    }
    return new Wording(parts);
  }

  /** The settings that are named, in order. */
  public List<String> names() {
    return parts.stream()
        .filter(Name.class::isInstance)
        .map(part -> part.spelled((name, off) -> name))
        .toList();
  }

  /** The sentence with its names spelled as a front end has them. */
  public String spelled(Spelling spelling) {
    StringBuilder sentence = new StringBuilder();
    parts.forEach(part -> sentence.append(part.spelled(spelling)));
    return sentence.toString();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Wording wording && parts.equals(wording.parts);
  }

  @Override
  public int hashCode() {
    return parts.hashCode();
  }

  /** The sentence as a Java program reads it. */
  @Override
  public String toString() {
    return spelled(Spelling.PLAIN);
  }
}
