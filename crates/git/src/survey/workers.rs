//! Threads, each with its own view of the repository.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{SurveyOptions, SurveyStage};
use crate::error::Error;
use crate::repo::Repo;

/// Workers that share one list of work.
pub(super) struct Crew<'a> {
    first: &'a Repo,
    others: Vec<Mutex<Repo>>,
    options: SurveyOptions<'a>,
    pub tally: Tally<'a>,
}

/// Counts what all workers have done.
pub(super) struct Tally<'a> {
    progress: &'a (dyn Fn(SurveyStage, usize) + Sync),
    done: [AtomicUsize; 2],
}

impl<'a> Crew<'a> {
    pub fn new(repo: &'a Repo, options: SurveyOptions<'a>) -> Result<Self, Error> {
        let others = (1..options.threads).map(|_| repo.reopen().map(Mutex::new));
        let others = others.collect::<Result<_, _>>()?;
        let tally = Tally { progress: options.progress, done: Default::default() };
        Ok(Self { first: repo, others, options, tally })
    }

    /// The view of the thread that asked for the work.
    pub fn first(&self) -> &Repo {
        self.first
    }

    /// Does all the work, in any order, and gives the results in the order of the work.
    ///
    /// `W` is what a worker keeps from one piece of work to the next. It takes `run` neighbouring
    /// pieces at a time.
    pub fn work<T: Sync, W: Default, R: Send>(
        &self,
        work: &[T],
        run: usize,
        perform: impl Fn(&Repo, &mut W, &T) -> Result<R, Error> + Sync,
    ) -> Result<Vec<R>, Error> {
        let next = AtomicUsize::new(0);
        let cancel = self.options.cancel;
        let labour = |repo: &Repo| {
            let mut worker = W::default();
            let mut results = Vec::new();
            loop {
                let begin = next.fetch_add(run, Ordering::Relaxed);
                let pieces = work.iter().enumerate().skip(begin).take(run);
                if pieces.len() == 0 {
                    return Ok(results);
                }
                for (place, piece) in pieces {
                    if cancel.load(Ordering::Relaxed) {
                        return Err(Error::Cancelled);
                    }
                    match perform(repo, &mut worker, piece) {
                        Ok(result) => results.push((place, result)),
                        Err(error) => {
                            // The others need not go on.
                            next.store(work.len(), Ordering::Relaxed);
                            return Err(error);
                        }
                    }
                }
            }
        };
        let parts = std::thread::scope(|scope| {
            let others: Vec<_> = self
                .others
                .iter()
                .map(|repo| {
                    scope.spawn(|| {
                        let repo = repo.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                        labour(&repo)
                    })
                })
                .collect();
            let mut parts = vec![labour(self.first)];
            for other in others {
                parts.push(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            }
            parts
        });
        let mut results: Vec<Option<R>> = work.iter().map(|_| None).collect();
        for part in parts {
            for (place, result) in part? {
                results[place] = Some(result);
            }
        }
        Ok(results.into_iter().map(|result| result.expect("all work is done")).collect())
    }
}

impl Tally<'_> {
    pub fn add(&self, stage: SurveyStage, more: usize) {
        (self.progress)(stage, self.done(stage).fetch_add(more, Ordering::Relaxed) + more);
    }

    /// So much will be done again.
    pub fn take_back(&self, stage: SurveyStage, less: usize) {
        (self.progress)(stage, self.done(stage).fetch_sub(less, Ordering::Relaxed) - less);
    }

    fn done(&self, stage: SurveyStage) -> &AtomicUsize {
        &self.done[usize::from(stage == SurveyStage::Files)]
    }
}
