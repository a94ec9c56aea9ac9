package dev.pbq.eval.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

class HtmlReportTest {
  private static final String NASTY = "<script>alert('x')</script> & \"quoted\"";

  @Test
  void whateverIsInTheDataStaysText() throws Exception {
    String html = HtmlReport.render(page(NASTY));
    assertThat(html).doesNotContain("<script").contains("&lt;script&gt;alert(&#39;x&#39;)");
    Document document = parse(html);
    assertThat(document.getElementsByTagName("h1").item(0).getTextContent()).isEqualTo(NASTY);
    Element image = (Element) document.getElementsByTagName("img").item(0);
    assertThat(image.getAttribute("alt")).isEqualTo(NASTY);
    assertThat(document.getElementsByTagName("td").item(0).getTextContent()).isEqualTo("0.25");
    assertThat(document.getElementsByTagName("summary").item(0).getTextContent()).isEqualTo(NASTY);
  }

  /** The test page has all of them, so rendering it fails where one has no case. */
  @Test
  void everyKindOfSectionAndChartIsOnTheTestPage() {
    Set<Class<?>> sections = new HashSet<>();
    Set<Class<?>> charts = new HashSet<>();
    collect(page("a page").sections(), sections, charts);
    assertThat(sections).containsExactlyInAnyOrder(Section.class.getPermittedSubclasses());
    assertThat(charts).containsExactlyInAnyOrder(Chart.class.getPermittedSubclasses());
  }

  private static void collect(List<Section> page, Set<Class<?>> sections, Set<Class<?>> charts) {
    for (Section section : page) {
      sections.add(section.getClass());
      if (section instanceof Section.Figure figure) {
        charts.add(figure.chart().getClass());
      } else if (section instanceof Section.Fold fold) {
        collect(fold.sections(), sections, charts);
      }
    }
  }

  @Test
  void nothingIsLoadedFromElsewhere() {
    String html = HtmlReport.render(page("a page"));
    Matcher sources = Pattern.compile("(?:src|srcset|href)=\"([^\"]*)\"").matcher(html);
    int count = 0;
    while (sources.find()) {
      assertThat(sources.group(1)).startsWith("data:image/svg+xml;base64,");
      count++;
    }
    assertThat(count).as("a light and a dark picture of each of four charts").isEqualTo(8);
    assertThat(html).doesNotContain("http:", "https:", "url(", "@import");
  }

  @Test
  void picturesAreSvgWithTheSeriesInThem() throws Exception {
    String html = HtmlReport.render(page("a page"));
    Matcher images = Pattern.compile("base64,([^\"]+)").matcher(html);
    while (images.find()) {
      String svg = new String(Base64.getDecoder().decode(images.group(1)), StandardCharsets.UTF_8);
      assertThat(parse(svg).getDocumentElement().getTagName()).isEqualTo("svg");
      assertThat(svg).hasSizeLessThan(80_000).doesNotContain("NaN", "Infinity");
    }
  }

  @Test
  void everyHeatCellIsReadable() {
    HeatScale scale = HeatScale.of(new double[][] {{0.001, 1}, {0, Double.NaN}});
    assertThat(scale.least()).isEqualTo(0.001);
    assertThat(scale.style(0.001)).isEqualTo("background:#fcf6c8;color:#1c1c22");
    assertThat(scale.style(0)).isEqualTo(scale.style(0.001));
    assertThat(scale.style(1)).isEqualTo("background:#371455;color:#ffffff");
    assertThat(HeatScale.of(new double[][] {{0.5, 0.5}}).style(0.5)).contains("#fcf6c8");
  }

  @Test
  void numbersHaveThreeDigitsThatMatter() {
    assertThat(HtmlReport.number(0.012345)).isEqualTo("0.0123");
    assertThat(HtmlReport.number(1234.5)).isEqualTo("1230");
    assertThat(HtmlReport.number(2)).isEqualTo("2");
    assertThat(HtmlReport.number(0.0000123)).isEqualTo("1.2e-05");
    assertThat(HtmlReport.number(0)).isEqualTo("0");
  }

  @Test
  void aMatrixThatDoesNotFitItsNamesIsRefused() {
    assertThatThrownBy(
            () ->
                new Section.HeatMap(
                    "", "", "", List.of("a"), List.of("b"), new double[][] {{1, 2}}, ""))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static ReportPage page(String text) {
    Chart scatter =
        new Chart.Scatter(
            text,
            text,
            List.of(new Chart.Point(text, 2, 30), new Chart.Point("other", 4, 6)),
            OptionalDouble.of(1.5),
            "full");
    Chart bars =
        new Chart.StackedBars(
            "x", "y", List.of("a", "b"), List.of(new Chart.Part(text, List.of(1.0, 2.0))));
    Chart lines =
        new Chart.Lines("x", "y", 0, List.of(new Chart.Part(text, List.of(0.01, 0.02, 0.01))));
    List<Chart.Point> front = List.of(new Chart.Point(text, 2, 30));
    Chart curve =
        new Chart.Curve(
            "bits",
            "KL",
            List.of(new Chart.Series(text, 0, false, front)),
            front,
            OptionalDouble.empty(),
            "");
    return new ReportPage(
        text,
        text,
        List.of(new ReportPage.Tile(text, text, text)),
        List.of(
            new Section.HeatMap(
                text,
                text,
                text,
                List.of(text),
                List.of("q", "k"),
                new double[][] {{0.25, Double.NaN}},
                text),
            new Section.Figure(text, text, text, scatter),
            new Section.Figure(text, text, text, curve),
            new Section.Listing(text, text, List.of(text), List.of(List.of(text)), true),
            new Section.Fold(
                text,
                text,
                List.of(
                    new Section.Figure(text, "", text, bars),
                    new Section.Figure(text, "", text, lines)))),
        text);
  }

  private static Document parse(String xml) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(xml.replace("<!doctype html>\n", ""))));
  }
}
